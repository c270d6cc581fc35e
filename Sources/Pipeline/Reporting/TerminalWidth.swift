internal import Glibc

extension Terminal {
  /// The width of the terminal on standard output, or 80 if it is not a terminal.
  public static var columns: Int {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 else {
      return 80
    }
    return Int(size.ws_col)
  }
}
