internal import CLibHDF5

/// An open HDF5 object, closed when the handle goes out of scope.
struct HDF5Handle: ~Copyable {
  let id: hid_t
  private let close: @convention(c) (hid_t) -> herr_t

  /// Takes over the identifier that an HDF5 call returned.
  ///
  /// - Throws: what the library says, when the call failed.
  init(
    _ id: hid_t,
    closing close: @escaping @convention(c) (hid_t) -> herr_t,
    _ doing: @autoclosure () -> String
  ) throws(ArtifactError) {
    guard id >= 0 else { throw HDF5.failure(doing()) }
    self.id = id
    self.close = close
  }

  deinit {
    _ = close(id)
  }

  /// Closes a file now, and says whether its last bytes were written.
  consuming func closeFile(_ doing: @autoclosure () -> String) throws(ArtifactError) {
    let status = close(id)
    discard self
    guard status >= 0 else { throw HDF5.failure(doing()) }
  }
}

/// The library's error stack, and its calls that return a status.
enum HDF5 {
  /// Stops the library from printing its errors on this thread; they come back through `failure`.
  static func silence() {
    H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
  }

  /// Checks the status of a call.
  static func check(_ status: Int32, _ doing: @autoclosure () -> String) throws(ArtifactError) {
    guard status >= 0 else { throw failure(doing()) }
  }

  /// The error for a call that failed: what we did, and the innermost reason on the library's stack, which is then
  /// emptied (a stack left full is reported again when the program ends).
  static func failure(_ doing: String) -> ArtifactError {
    var reasons: [String] = []
    withUnsafeMutablePointer(to: &reasons) { pointer in
      _ = H5Ewalk2(
        hid_t(H5E_DEFAULT),
        H5E_WALK_UPWARD,
        { _, entry, data in
          let reasons = data?.assumingMemoryBound(to: [String].self)
          if let text = entry?.pointee.desc { reasons?.pointee.append(String(cString: text)) }
          return 0
        },
        pointer
      )
    }
    H5Eclear2(hid_t(H5E_DEFAULT))
    return ArtifactError("\(doing): \(reasons.first.map(systemReason) ?? "the HDF5 library gave no reason")")
  }

  /// What the system said, out of all that the library says about a call of it.
  private static func systemReason(_ text: String) -> String {
    guard let start = text.firstRange(of: "error message = '")?.upperBound,
      let end = text[start...].firstIndex(of: "'")
    else { return text }
    return String(text[start..<end])
  }
}
