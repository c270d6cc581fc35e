import Configuration
import Glibc

/// What there is to run stages on.
enum ThisMachine {
  static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
  static var memory: ByteCount { ByteCount(bytes: sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))) }
}
