internal import Glibc

/// The least processor time, in seconds, that this thread spends in `body`, of several times. Processors differ, so only
/// ratios of two such times mean something.
public func leastProcessorSeconds(of times: Int = 3, _ body: () throws -> Void) rethrows -> Double {
  var least = Double.infinity
  for _ in 0..<times {
    let began = now()
    try body()
    least = min(least, now() - began)
  }
  return least
}

/// How many times as much processor time this thread spends in `many` as in `few`: the least of several pairs, since what
/// else the machine does makes some of them slower.
public func leastGrowth(of pairs: Int = 5, from few: () throws -> Void, to many: () throws -> Void) rethrows -> Double {
  var least = Double.infinity
  for _ in 0..<pairs {
    let before = try leastProcessorSeconds(of: 1, few)
    least = min(least, try leastProcessorSeconds(of: 1, many) / before)
  }
  return least
}

private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
