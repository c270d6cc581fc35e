internal import Glibc

/// The processor time in seconds that this thread spends in `body`: unlike the time of a clock on the wall, it does not
/// depend on what else the machine does.
public func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
  let began = now()
  try body()
  return now() - began
}

private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
