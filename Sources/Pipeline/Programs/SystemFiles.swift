internal import Glibc
internal import SystemPackage

/// What a program in the sandbox sees of the system, read-only.
enum SystemFiles {
  /// The folders of programs and libraries.
  static let folders = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]

  /// The kernel's settings and devices within /proc, which a mount of their own keeps read-only also for root.
  static let kernelFolders = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"]

  /// Files and folders of /etc without which common programs fail. Whatever else is there, such as passwords, keys and
  /// settings with tokens, is no program's business.
  static let settings = [
    // The dynamic linker, and programs that have several versions.
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ld.so.preload", "alternatives",
    // Names, languages and times.
    "nsswitch.conf", "host.conf", "hosts", "protocols", "services", "rpc", "localtime", "timezone", "locale.alias",
    "locale.conf", "os-release", "debian_version", "lsb-release", "redhat-release",
    // Certificates, but no keys.
    "ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "pki/ca-trust", "ca-certificates", "crypto-policies",
    // Types of files, fonts and drawing.
    "mime.types", "magic", "magic.mime", "fonts", "papersize", "terminfo", "inputrc", "texmf", "ImageMagick-6",
    "ImageMagick-7", "OpenCL", "glvnd", "vulkan",
    // Languages and libraries.
    "R", "julia", "perl", "python", "python2.7", "python3", "octave.conf", "octave", "gnuplot", "matplotlibrc",
    "openmpi", "mpich", "libibverbs.d", "libblas", "java-8-openjdk", "java-11-openjdk", "java-17-openjdk",
    "java-21-openjdk", "java-25-openjdk", "lua", "php", "ghostscript", "gsl",
  ].map { "/etc/\($0)" }
}

extension CleanFolder {
  /// Writes the files that name users and groups: those of the machine say who else has an account there.
  ///
  /// - Returns: pairs of a file and the place where programs look for it.
  func writeUsers() throws -> [(String, String)] {
    let (user, group) = (getuid(), getgid())
    let name = user == 0 ? "root" : "stage"
    let nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    let superuser = user == 0 ? "" : "root:x:0:0:root:/root:/bin/sh\n"
    let groups = group == 0 ? "root:x:0:\n" : "root:x:0:\nstage:x:\(group):\n"
    return try [
      ("passwd", "\(superuser)\(name):x:\(user):\(group):\(name):/tmp:/bin/sh\n\(nobody)"),
      ("group", "\(groups)nogroup:x:65534:\n"),
    ].map { file, text in
      let path = root.appending(file)
      let descriptor = try FileDescriptor.open(
        path,
        .writeOnly,
        options: [.create, .truncate],
        permissions: .ownerReadWrite
      )
      _ = try descriptor.closeAfter { try descriptor.writeAll(text.utf8) }
      return (path.string, "/etc/\(file)")
    }
  }
}
