internal import Subprocess
public import SystemPackage

/// A web server of this machine that serves the files of a folder, well or badly.
public struct FileServer: Sendable {
  /// What is wrong with it.
  public enum Fault: String, Sendable {
    /// Nothing.
    case none
    /// It breaks a connection after some of the bytes, each time.
    case cuts
    /// The same, and it does not begin in the middle.
    case cutsOnceWithoutRanges
    /// It sends a byte more.
    case tooLong
    /// It sends other bytes.
    case otherBytes
    /// It sends 40,000 bytes and then nothing, and keeps the connection.
    case stalls
  }

  /// Its address with a slash at the end.
  public let address: String

  private static let script = """
    import http.server, os, sys, time

    fault = sys.argv[1]
    cuts = 0

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            global cuts
            try:
                with open("." + self.path, "rb") as file:
                    data = file.read()
            except OSError:
                return self.send_error(404)
            if fault == "otherBytes": data = data[:-1] + bytes([data[-1] ^ 1])
            if fault == "tooLong": data += b"x"
            first = 0
            asked = self.headers.get("Range")
            with open("requests", "a") as log: log.write(f"{self.path} {asked}\\n")
            if asked and fault != "cutsOnceWithoutRanges":
                first = int(asked[len("bytes="):].split("-")[0])
                if first >= len(data):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(data)}")
                    return self.end_headers()
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(data) - first))
            self.end_headers()
            rest = data[first:]
            if fault == "cuts" or fault == "cutsOnceWithoutRanges" and cuts == 0:
                cuts += 1
                rest = rest[:40000]
            if fault == "stalls":
                self.wfile.write(rest[:40000])
                self.wfile.flush()
                time.sleep(600)
            self.wfile.write(rest)
            self.close_connection = True

        def log_message(self, *arguments): pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  /// Serves a folder while `body` runs; the file `requests` in it has a line for each request.
  public static func serve<Result: Sendable>(
    _ folder: FilePath,
    _ fault: Fault = .none,
    _ body: (FileServer) async throws -> Result
  ) async throws -> Result {
    let result = try await Subprocess.run(
      .path("/usr/bin/python3"),
      arguments: ["-c", script, fault.rawValue],
      workingDirectory: folder,
      input: .none,
      output: .sequence,
      error: .discarded
    ) { execution in
      var lines = execution.standardOutput.strings().makeAsyncIterator()
      guard let port = try await lines.next() else { throw Errno.connectionRefused }
      let outcome: Swift.Result<Result, any Error>
      do {
        outcome = .success(try await body(FileServer(address: "http://127.0.0.1:\(port.filter(\.isNumber))/")))
      } catch {
        outcome = .failure(error)
      }
      // It would serve for ever.
      try? execution.send(signal: .kill)
      return outcome
    }
    return try result.closureResult.get()
  }
}
