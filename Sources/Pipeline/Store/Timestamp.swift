internal import Glibc

/// A moment, to the millisecond, in UTC.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Milliseconds since 1970.
  public let milliseconds: Int

  /// A moment.
  public init(milliseconds: Int) {
    self.milliseconds = milliseconds
  }

  /// This moment.
  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000)
  }

  /// As ISO 8601: `2026-11-25T09:30:12.345Z`.
  public var text: String { text(dateSeparator: "-", timeSeparator: ":") }

  /// As part of a file's name: `20261125T093012.345Z`. Of two, the later one comes later in the order of names too.
  public var fileName: String { text(dateSeparator: "", timeSeparator: "") }

  private func text(dateSeparator: String, timeSeparator: String) -> String {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let rest = milliseconds % 1000
    let date = ["\(parts.tm_year + 1900)", two(parts.tm_mon + 1), two(parts.tm_mday)]
    let time = [two(parts.tm_hour), two(parts.tm_min), two(parts.tm_sec)]
    return date.joined(separator: dateSeparator) + "T" + time.joined(separator: timeSeparator)
      + ".\(rest < 10 ? "00" : rest < 100 ? "0" : "")\(rest)Z"
  }

  /// The earlier one is less.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}
