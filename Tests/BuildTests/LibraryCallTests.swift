import SystemPackage
import TestSupport
import Testing

/// No call of the C library's mathematics lies on the way to an artifact: its versions differ in the last bit.
@Suite struct LibraryCallTests {
  /// What IEEE 754 defines to the last bit: the library may be asked for these.
  private static let exact: Set = ["sqrt", "floor", "ceil", "round", "trunc", "rint", "nearbyint"]
  private static let inexact: Set = [
    "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sincos", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "exp", "exp2", "exp10", "expm1", "log", "log2", "log10", "log1p", "pow", "cbrt", "hypot", "erf", "erfc", "tgamma",
    "lgamma", "fma", "fmod", "remainder",
  ]

  @Test(arguments: [
    "CKernels", "Tensors", "Autodiff", "Networks", "Training", "Datasets", "Dynamics", "Stages", "Figures", "Artifacts",
    "Planning",
    "Configuration",
  ])
  func `A module on the way to an artifact calls no function of the C library that rounds`(module: String) async throws
  {
    let build = try Program(built: "pipeline").path.removingLastComponent()
    let command = "nm --undefined-only --format=just-symbols \(build)/\(module).build/*.o"
    let outcome = try await Program(at: "/bin/sh").run(["-c", command])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let called = Set(outcome.output.split { $0.isWhitespace || $0 == ":" }.map(String.init))
    // That anything was listed at all shows that the objects were read.
    #expect(called.count > (module == "CKernels" ? 0 : 10))
    for name in Self.inexact {
      for suffix in ["", "f", "l"] { #expect(!called.contains(name + suffix)) }
    }
  }
}
