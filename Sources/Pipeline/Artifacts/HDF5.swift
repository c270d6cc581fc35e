internal import CLibHDF5

/// Calls of the HDF5 library, each with its status checked.
enum HDF5 {
  /// Prepares the library on this thread: it prints no errors, which come back through `failure`, and it loads no
  /// plugins, so that a file from somebody else cannot have code run.
  static func prepare() throws(ArtifactError) {
    try check(H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil), "preparing the HDF5 library")
    try check(H5PLset_loading_state(0), "turning plugins off")
  }

  /// Opens an object, hands it to `body`, and closes it.
  ///
  /// Closing may be what writes: the library holds values and metadata back, and a disk that is full is often noticed
  /// only when an object or the file is closed. A handle with a deinitializer would drop that status, so there is none,
  /// and this is the only way to hold an object.
  static func with<Result>(
    _ opened: hid_t,
    closing close: (hid_t) -> herr_t,
    _ doing: @autoclosure () -> String,
    _ body: (hid_t) throws(ArtifactError) -> Result
  ) throws(ArtifactError) -> Result {
    guard opened >= 0 else { throw failure(doing()) }
    let result: Result
    do throws(ArtifactError) {
      result = try body(opened)
    } catch {
      // The first error is the one to report, whatever becomes of what is left of the object.
      if close(opened) < 0 { forgetErrors() }
      throw error
    }
    try check(close(opened), doing())
    return result
  }

  /// Checks the status of a call.
  static func check(_ status: Int32, _ doing: @autoclosure () -> String) throws(ArtifactError) {
    guard status >= 0 else { throw failure(doing()) }
  }

  /// Whether a question to the library, of which the status is also the answer, is answered with yes.
  static func isTrue(_ status: Int32, _ doing: @autoclosure () -> String) throws(ArtifactError) -> Bool {
    try check(status, doing())
    return status > 0
  }

  /// The error for a call that failed: what we did, and the innermost reason on the library's stack, which is then
  /// emptied (a stack left full is reported again when the program ends).
  static func failure(_ doing: String) -> ArtifactError {
    var reasons: [String] = []
    let status = withUnsafeMutablePointer(to: &reasons) { pointer in
      H5Ewalk2(
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
    forgetErrors()
    let reason = status < 0 ? nil : reasons.first.map(systemReason)
    return ArtifactError("\(doing): \(reason ?? "the HDF5 library gave no reason")")
  }

  /// Empties the library's stack of errors. If even that fails, the stack only names errors that were handled.
  static func forgetErrors() { _ = H5Eclear2(hid_t(H5E_DEFAULT)) }

  /// What the system said, out of all that the library says about a call of it.
  private static func systemReason(_ text: String) -> String {
    guard let start = text.firstRange(of: "error message = '")?.upperBound,
      let end = text[start...].firstIndex(of: "'")
    else { return text }
    return String(text[start..<end])
  }
}

// What reading and writing share.
extension HDF5 {
  /// Says how files are opened: without the library's locks. The store renames whole files, so that nobody reads one
  /// that is being written; the locks fail on some network file systems, and a process that is being started holds on
  /// to them.
  static func withFileAccess<Result>(
    isForWriting: Bool = false,
    _ body: (hid_t) throws(ArtifactError) -> Result
  ) throws(ArtifactError) -> Result {
    let doing = "choosing how to open a file"
    return try with(H5Pcreate(h5_file_access_class()), closing: H5Pclose, doing) { access throws(ArtifactError) in
      try check(H5Pset_file_locking(access, false, true), doing)
      // What is written has one version of the format; every version is read.
      if isForWriting { try check(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110), doing) }
      return try body(access)
    }
  }

  /// Opens a file and its outermost group to read them.
  static func withFile<Result>(
    _ path: String,
    named name: String,
    _ body: (_ file: hid_t, _ root: hid_t) throws(ArtifactError) -> Result
  ) throws(ArtifactError) -> Result {
    try prepare()
    let image = try ReadableFile.image(path, named: name)
    let doing = "cannot read \(name)"
    return try withFileAccess { access throws(ArtifactError) in
      let place = try image.map { image throws(ArtifactError) in try use(image, access, doing) } ?? path
      return try with(H5Fopen(place, h5_read_only(), access), closing: H5Fclose, doing) { file throws(ArtifactError) in
        try with(H5Gopen2(file, "/", hid_t(H5P_DEFAULT)), closing: H5Gclose, doing) { root throws(ArtifactError) in
          try body(file, root)
        }
      }
    }
  }

  /// Has the library read a file from memory: over a read that fails in the middle of its own it is known to crash.
  ///
  /// - Returns: what the library takes for the path of the file. It opens a file of that name first and wants there to be
  ///   none, and it takes two images of one name for one file.
  private static func use(_ image: [UInt8], _ access: hid_t, _ doing: String) throws(ArtifactError) -> String {
    try check(H5Pset_fapl_core(access, 1 << 16, false), doing)
    var image = image
    // The library makes a copy.
    try check(image.withUnsafeMutableBytes { H5Pset_file_image(access, $0.baseAddress, $0.count) }, doing)
    return "/dev/null/\(UInt64.random(in: 0 ... .max))"
  }

  /// UTF-8 texts of any length.
  static func withTextType<Result>(
    _ body: (hid_t) throws(ArtifactError) -> Result
  ) throws(ArtifactError) -> Result {
    try with(H5Tcopy(h5_c_string()), closing: H5Tclose, "choosing a type") { type throws(ArtifactError) in
      try check(H5Tset_size(type, h5_variable_length()), "choosing a type")
      try check(H5Tset_cset(type, H5T_CSET_UTF8), "choosing a type")
      return try body(type)
    }
  }
}
