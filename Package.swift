// swift-tools-version: 6.2
import PackageDescription

/// Swift settings of every target: the language's stricter future, and no warnings.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// A target of the science wing, which knows no pipeline, no file format and no clock.
func science(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/Science/\(name)", swiftSettings: settings)
}

/// A target of the pipeline wing, which knows no science.
func pipeline(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/Pipeline/\(name)", swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.init(stringLiteral: name), "TestSupport"] + dependencies,
    path: "Tests/\(name)Tests",
    exclude: exclude,
    swiftSettings: settings
  )
}

/// A target that only tests use.
func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, path: "Tests/Support/\(name)", swiftSettings: settings)
}

let package = Package(
  name: "pipeline",
  products: [
    .executable(name: "pipeline", targets: ["Command"]),
    .executable(name: "benchmark", targets: ["UVSweepBenchmark"]),
    .executable(name: "matrix-benchmark", targets: ["MatrixProductBenchmark"]),
    .executable(name: "training-benchmark", targets: ["TrainingBenchmark"]),
    .executable(name: "sharpness-check", targets: ["SharpnessCheck"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    .systemLibrary(
      name: "CLibYAML",
      path: "Sources/System/CLibYAML",
      pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"])]
    ),
    .systemLibrary(
      name: "CLibHDF5",
      path: "Sources/System/CLibHDF5",
      pkgConfig: "hdf5",
      providers: [.apt(["libhdf5-dev"])]
    ),
    .systemLibrary(
      name: "CZlib",
      path: "Sources/System/CZlib",
      pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"])]
    ),
    .systemLibrary(name: "CLinux", path: "Sources/System/CLinux"),

    // The square root of a negative number, which the processor refuses, is the C library's to answer.
    .target(name: "CKernels", path: "Sources/Science/CKernels", linkerSettings: [.linkedLibrary("m")]),
    science("Tensors", ["CKernels"]),
    science("Dynamics", ["Tensors"]),
    science("Autodiff", ["Tensors"]),
    science("Networks", ["Autodiff", "Tensors"]),
    science("Datasets", ["Tensors"]),
    science("Training", ["Networks", "Autodiff", "Tensors"]),

    pipeline("Files", [systemPackage]),
    pipeline("Processes", ["CLinux", subprocess, systemPackage]),
    pipeline("Configuration", ["CLibYAML"]),
    pipeline("Artifacts", ["CLibHDF5", "Files", crypto, systemPackage]),
    pipeline("Archives", ["CZlib"]),
    pipeline("References", ["Artifacts", "Configuration"]),
    pipeline(
      "Figures",
      ["CLinux", "References", "Artifacts", "Configuration", "Processes", subprocess, systemPackage]
    ),
    pipeline("Planning", ["Artifacts", "Configuration", deque]),
    pipeline("Programs", ["Planning", "Artifacts", "Configuration", "Processes", subprocess, systemPackage]),
    pipeline("Store", ["CLinux", "Files", "Planning", "Artifacts", "Configuration", crypto, systemPackage]),
    pipeline("Claims", ["References", "Store", "Planning", "Artifacts", "Configuration", systemPackage]),
    pipeline("Downloads", ["Archives", "Store", "Artifacts", "Processes", subprocess, systemPackage]),
    pipeline(
      "Provenance",
      ["CLinux", "Store", "Planning", "Artifacts", "Configuration", "Processes", crypto, subprocess, systemPackage]
    ),
    pipeline(
      "Execution",
      [
        "Provenance", "Claims", "Store", "Planning", "Artifacts", "Configuration", "Processes", deque, subprocess,
        systemPackage,
      ]
    ),
    pipeline(
      "Audit",
      [
        "Execution", "Claims", "Provenance", "Store", "Planning", "Figures", "Artifacts", "Configuration",
        systemPackage,
      ]
    ),
    pipeline(
      "Reporting",
      [
        "Files", "Audit", "Execution", "Claims", "Provenance", "References", "Store", "Planning", "Artifacts",
        "Configuration",
        systemPackage,
      ]
    ),
    pipeline(
      "Verification",
      ["Reporting", "Execution", "Provenance", "Store", "Planning", "Artifacts", "Configuration", systemPackage]
    ),

    .target(
      name: "Site",
      dependencies: [
        "Reporting", "Execution", "Claims", "Provenance", "Store", "Planning", "Artifacts", "Configuration", mustache,
        systemPackage,
      ],
      path: "Sources/Pipeline/Site",
      // Embedded, so that the installed program is one file.
      resources: [.embedInCode("Templates")],
      swiftSettings: settings
    ),

    pipeline(
      "Crates",
      [
        "Reporting", "Execution", "Claims", "Provenance", "Store", "Planning", "Artifacts", "Configuration",
        systemPackage,
      ]
    ),

    .executableTarget(name: "FingerprintTool", path: "Sources/Build/FingerprintTool", swiftSettings: settings),
    .plugin(name: "CodeFingerprints", capability: .buildTool(), dependencies: ["FingerprintTool"]),
    .target(
      name: "Stages",
      dependencies: [
        "Training", "Networks", "Autodiff", "Dynamics", "Datasets", "Tensors", "Figures", "References", "Programs",
        "Planning", "Archives", "Artifacts", "Configuration", crypto, systemPackage,
      ],
      path: "Sources/Stages",
      swiftSettings: settings,
      plugins: ["CodeFingerprints"]
    ),
    .executableTarget(
      name: "Command",
      dependencies: [
        "Stages", "Site", "Crates", "Verification", "Reporting", "Audit", "Execution", "Claims", "Provenance",
        "Downloads", "Store", "Planning", "Figures", "Artifacts", "Configuration", "Processes", argumentParser,
        systemPackage,
      ],
      path: "Sources/Command",
      swiftSettings: settings
    ),

    .target(name: "CPeak", path: "Benchmarks/CPeak"),
    .executableTarget(
      name: "UVSweepBenchmark",
      dependencies: ["CPeak", "Dynamics", "Tensors"],
      path: "Benchmarks/UVSweepBenchmark",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "MatrixProductBenchmark",
      dependencies: ["CPeak", "Tensors"],
      path: "Benchmarks/MatrixProductBenchmark",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "TrainingBenchmark",
      dependencies: ["Training", "Networks", "Tensors"],
      path: "Benchmarks/TrainingBenchmark",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "SharpnessCheck",
      dependencies: ["Training", "Networks", "Tensors"],
      path: "Benchmarks/SharpnessCheck",
      swiftSettings: settings
    ),

    .testTarget(
      name: "BuildTests",
      dependencies: ["FingerprintTool", "TestSupport", systemPackage],
      path: "Tests/BuildTests",
      swiftSettings: settings
    ),
    tests(of: "Tensors", ["CKernels"]),
    tests(of: "Dynamics", ["Tensors"]),
    tests(of: "Autodiff", ["Dynamics", "Tensors"]),
    tests(of: "Networks", ["Training", "Autodiff", "Tensors"]),
    tests(of: "Datasets", [systemPackage]),
    tests(of: "Training", ["Networks", "Tensors", "AllocationCount"], exclude: ["Reference"]),
    tests(of: "Stages", ["Planning", "Artifacts", "Configuration"]),
    tests(
      of: "Figures",
      ["References", "Stages", "Planning", "Artifacts", "Configuration", "CZlib", systemPackage]
    ),

    tests(of: "Files", [systemPackage]),
    tests(of: "Processes", [systemPackage]),
    tests(of: "Configuration"),
    tests(of: "Archives", [systemPackage]),
    tests(of: "Artifacts", [systemPackage]),
    tests(of: "Planning", ["Artifacts", "Configuration", "Toys"]),
    tests(of: "References", ["Artifacts", "Configuration"]),
    tests(
      of: "Claims",
      ["References", "Artifacts", "Configuration", "Planning", "Store", "Toys", systemPackage]
    ),
    tests(of: "Downloads", ["Artifacts", "Store", systemPackage]),
    tests(of: "Store", ["Artifacts", "Configuration", "Planning", systemPackage]),
    tests(of: "Provenance", ["Artifacts", "Configuration", "Planning", "Store", systemPackage]),
    tests(
      of: "Execution",
      ["Claims", "Artifacts", "Configuration", "Planning", "Store", "Toys", "ToyWorker", systemPackage]
    ),
    tests(
      of: "Reporting",
      [
        "Audit", "Execution", "Claims", "Store", "Planning", "Artifacts", "Configuration", "Toys",
        systemPackage,
      ]
    ),
    tests(
      of: "Verification",
      [
        "Reporting", "Execution", "Store", "Planning", "Artifacts", "Configuration", "Toys", "ToyWorker",
        systemPackage,
      ]
    ),
    tests(
      of: "Command",
      ["Provenance", "Store", "Planning", "Artifacts", "Configuration", systemPackage]
    ),
    .target(name: "AllocationCount", path: "Tests/Support/AllocationCount"),
    support("TestSupport", [subprocess, systemPackage]),
    support("Toys", ["Planning", "Artifacts", "Configuration"]),
    .executableTarget(
      name: "ToyWorker",
      dependencies: ["Toys", "Execution", "Store", "Planning", systemPackage],
      path: "Tests/Support/ToyWorker",
      swiftSettings: settings
    ),
  ]
)
