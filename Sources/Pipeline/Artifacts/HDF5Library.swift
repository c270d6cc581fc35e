internal import CLibHDF5

/// The library that reads and writes HDF5.
public enum HDF5Library {
  /// The version that is loaded, which need not be the one that this program was built with.
  public static var version: String {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    guard H5get_libversion(&major, &minor, &release) >= 0 else { return "unknown" }
    return "\(major).\(minor).\(release)"
  }
}
