internal import CZlib

/// Unpacks a gzip file piece by piece, by zlib: one member or several, as `cat a.gz b.gz` and parallel compressors write,
/// and zeros behind the last, as tapes and some programs add. Anything else behind a member is an error.
public final class GzipReader {
  // zlib's state points back at the stream, which therefore stays where it is.
  private let stream: UnsafeMutablePointer<z_stream>
  /// Whether the last member that was begun is complete.
  private var isAtEnd = false
  /// Whether zeros have been seen behind a member, so that nothing else may follow.
  private var isPadding = false

  /// A stream of which nothing was read yet.
  public init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard zlib_begin_gzip(stream) == Z_OK else { preconditionFailure("zlib has no memory to begin") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Unpacks what comes next, and hands it over in small pieces.
  public func unpack(_ piece: [UInt8], _ take: (ArraySlice<UInt8>) throws -> Void) throws {
    var piece = piece
    var result = [UInt8](repeating: 0, count: 1 << 16)
    var used = 0
    var mayHaveMore = false
    while used < piece.count || mayHaveMore {
      if isAtEnd, used < piece.count {
        guard try beginsMember(at: &used, in: piece) else { return }
      }
      let (read, written) = try step(&piece, from: used, into: &result)
      used += read
      try take(result[..<written])
      mayHaveMore = written == result.count && !isAtEnd
    }
  }

  /// Begins the member that stands behind the one before; false if only zeros are left of the piece.
  private func beginsMember(at place: inout Int, in piece: [UInt8]) throws(ArchiveError) -> Bool {
    while place < piece.count, piece[place] == 0 {
      isPadding = true
      place += 1
    }
    guard place < piece.count else { return false }
    guard !isPadding, piece[place] == 0x1f, inflateReset(stream) == Z_OK else {
      throw ArchiveError("has bytes behind its end")
    }
    isAtEnd = false
    return true
  }

  /// Checks that the file is complete.
  public func finish() throws(ArchiveError) {
    guard isAtEnd else { throw ArchiveError("ends too early") }
  }

  private func step(
    _ piece: inout [UInt8],
    from start: Int,
    into result: inout [UInt8]
  ) throws(ArchiveError) -> (read: Int, written: Int) {
    let room = result.count
    let code = piece.withUnsafeMutableBufferPointer { input in
      result.withUnsafeMutableBufferPointer { output in
        stream.pointee.next_in = input.baseAddress.map { $0 + start }
        stream.pointee.avail_in = UInt32(clamping: input.count - start)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(clamping: room)
        return inflate(stream, Z_NO_FLUSH)
      }
    }
    let read = min(piece.count - start, Int(UInt32.max)) - Int(stream.pointee.avail_in)
    let written = room - Int(stream.pointee.avail_out)
    switch code {
    case Z_OK: break
    case Z_STREAM_END: isAtEnd = true
    // All that was read has come out before.
    case Z_BUF_ERROR where start == piece.count: break
    default: throw ArchiveError("is damaged, or no gzip file")
    }
    return (read, written)
  }
}

extension GzipReader {
  /// Whether bytes begin as a gzip file does.
  public static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

  /// Unpacks a whole file.
  ///
  /// - Parameter limit: the largest number of bytes that may come out; more is an error.
  public static func unpacked(_ bytes: [UInt8], limit: Int) throws(ArchiveError) -> [UInt8] {
    let reader = GzipReader()
    var result: [UInt8] = []
    do {
      try reader.unpack(bytes) { piece in
        guard piece.count <= limit - result.count else { throw ArchiveError("unpacks to more than \(limit) bytes") }
        result += piece
      }
      try reader.finish()
    } catch let error as ArchiveError {
      throw error
    } catch {
      throw ArchiveError(String(describing: error))
    }
    return result
  }
}
