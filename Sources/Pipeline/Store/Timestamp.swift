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

  /// The years 0000 to 9999, which ISO 8601 writes with four digits.
  private static let (firstSecond, lastSecond) = (-62_167_219_200, 253_402_300_799)

  /// As ISO 8601: `2026-11-25T09:30:12.345Z`.
  public var text: String { text(dateSeparator: "-", timeSeparator: ":") }

  /// As part of a file's name: `20261125T093012.345Z`. Of two, the later one comes later in the order of names too.
  public var fileName: String { text(dateSeparator: "", timeSeparator: "") }

  private func text(dateSeparator: String, timeSeparator: String) -> String {
    // Of a moment before 1970 the second in which it lies, too; and four digits of a year, whatever the clock says.
    let (rest, isBefore) = (milliseconds % 1000, milliseconds % 1000 < 0)
    var seconds = time_t(min(max(milliseconds / 1000 - (isBefore ? 1 : 0), Self.firstSecond), Self.lastSecond))
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func digits(_ number: Int32, _ count: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
    // Piece by piece: this is written for every event of a run.
    var text = digits(parts.tm_year + 1900, 4)
    text += dateSeparator + digits(parts.tm_mon + 1, 2)
    text += dateSeparator + digits(parts.tm_mday, 2)
    text += "T" + digits(parts.tm_hour, 2)
    text += timeSeparator + digits(parts.tm_min, 2)
    text += timeSeparator + digits(parts.tm_sec, 2)
    return text + "." + digits(Int32(isBefore ? rest + 1000 : rest), 3) + "Z"
  }

  /// The earlier one is less.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}
