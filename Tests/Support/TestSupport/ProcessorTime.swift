internal import Glibc

/// The least processor time in seconds that this thread spends in `body`, of several times. It says nothing by itself, as
/// processors differ: two of them can be compared.
public func leastProcessorSeconds(of times: Int = 3, _ body: () throws -> Void) rethrows -> Double {
  var least = Double.infinity
  for _ in 0..<times {
    let began = now()
    try body()
    least = min(least, now() - began)
  }
  return least
}

private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
