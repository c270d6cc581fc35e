/// When something is done during training.
public struct StepSchedule: Sendable, Hashable, Codable {
  /// Every so many steps, from step 0.
  public var every: Int?
  /// At this many steps (at most 100) for each factor of ten, evenly in the logarithm; and at step 0.
  public var perDecade: Int?
  /// At each step of a range.
  public var window: Range<Int>?
  /// At these steps.
  public var steps: Set<Int>

  /// A schedule; with nothing given, never.
  public init(every: Int? = nil, perDecade: Int? = nil, window: Range<Int>? = nil, steps: Set<Int> = []) {
    precondition((every ?? 1) > 0 && (1...100).contains(perDecade ?? 1))
    self.every = every
    self.perDecade = perDecade
    self.window = window
    self.steps = steps
  }

  /// At each step.
  public static let always = StepSchedule(every: 1)
  /// At no step.
  public static let never = StepSchedule()

  /// Whether the step is one of them.
  public func contains(_ step: Int) -> Bool {
    if let every, step % every == 0 { return true }
    if let window, window.contains(step) { return true }
    if steps.contains(step) { return true }
    return perDecade.map { Self.isMark(step, $0) } ?? false
  }

  /// Whether the step is 0 or some 10^(marks / perDecade), rounded up. Without a logarithm: where it is the first of its
  /// decade whose power (step / decade)^perDecade reaches some power of ten.
  private static func isMark(_ step: Int, _ perDecade: Int) -> Bool {
    guard step > 0 else { return step == 0 }
    var decade = 1
    while step / 10 >= decade { decade *= 10 }
    guard step > decade else { return true }
    func power(_ step: Int) -> Double {
      let ratio = Double(step) / Double(decade)
      return (0..<perDecade).reduce(1.0) { product, _ in product * ratio }
    }
    let (before, reached) = (power(step - 1), power(step))
    var mark = 10.0
    for _ in 1..<perDecade {
      if before < mark, mark <= reached { return true }
      mark *= 10
    }
    return false
  }
}

/// How a network is trained.
public struct TrainingSettings: Sendable, Hashable, Codable {
  /// η.
  public var learningRate: Double
  /// μ of v ← μ v + g, θ ← θ - η v.
  public var momentum: Double
  /// The number of examples of a step; nil for all.
  public var batchSize: Int?
  /// Training ends after this many steps.
  public var steps: Int
  /// Training ends when the loss is at most this.
  public var targetLoss: Double?
  /// Training has diverged when the loss is more than this, or is no number.
  public var greatestLoss: Double
  /// Decides the order of the examples and the starts of searches.
  public var seed: UInt64
  /// When the sharpness is measured.
  public var sharpness: StepSchedule
  /// When several of the largest eigenvalues of the Hessian are.
  public var topEigenvalues: StepSchedule
  /// How many.
  public var topEigenvalueCount: Int
  /// When the largest eigenvalue of the tangent kernel is.
  public var tangentKernel: StepSchedule
  /// When residual and tangent kernel along the targets are taken.
  public var alongTargets: StepSchedule
  /// How exactly eigenvalues are measured.
  public var eigenvalueSettings: LargestEigenvalues.Settings
  /// When the trace of the Hessian is estimated.
  public var trace: StepSchedule
  /// From how many products.
  public var traceSamples: Int
  /// When the norms of gradient and parameters are taken.
  public var norms: StepSchedule
  /// When the curvature along the gradient is.
  public var gradientCurvature: StepSchedule
  /// When the curvature along the step is.
  public var stepCurvature: StepSchedule
  /// When the share of examples is taken whose largest output is at their largest target.
  public var accuracy: StepSchedule

  /// Gradient descent without probes.
  public init(
    learningRate: Double,
    momentum: Double = 0,
    batchSize: Int? = nil,
    steps: Int,
    targetLoss: Double? = nil,
    greatestLoss: Double = 1e10,
    seed: UInt64 = 0,
    sharpness: StepSchedule = .never,
    topEigenvalues: StepSchedule = .never,
    topEigenvalueCount: Int = 1,
    tangentKernel: StepSchedule = .never,
    alongTargets: StepSchedule = .never,
    eigenvalueSettings: LargestEigenvalues.Settings = LargestEigenvalues.Settings(),
    trace: StepSchedule = .never,
    traceSamples: Int = 10,
    norms: StepSchedule = .never,
    gradientCurvature: StepSchedule = .never,
    stepCurvature: StepSchedule = .never,
    accuracy: StepSchedule = .never
  ) {
    precondition(steps >= 0 && (batchSize ?? 1) > 0 && topEigenvalueCount > 0 && traceSamples > 1)
    self.learningRate = learningRate
    self.momentum = momentum
    self.batchSize = batchSize
    self.steps = steps
    self.targetLoss = targetLoss
    self.greatestLoss = greatestLoss
    self.seed = seed
    self.sharpness = sharpness
    self.topEigenvalues = topEigenvalues
    self.topEigenvalueCount = topEigenvalueCount
    self.tangentKernel = tangentKernel
    self.alongTargets = alongTargets
    self.eigenvalueSettings = eigenvalueSettings
    self.trace = trace
    self.traceSamples = traceSamples
    self.norms = norms
    self.gradientCurvature = gradientCurvature
    self.stepCurvature = stepCurvature
    self.accuracy = accuracy
  }

  /// When there is something to be measured.
  var schedules: Set<StepSchedule> { Set(usesOfProducts + [tangentKernel, alongTargets, norms, accuracy]) }

  /// Whether products with the Hessian are needed.
  var needsProducts: Bool { usesOfProducts.contains { $0 != .never } }

  /// Whether products with the tangent kernel are.
  var needsTangentKernel: Bool { tangentKernel != .never || alongTargets != .never }

  private var usesOfProducts: [StepSchedule] {
    [sharpness, topEigenvalues, trace, gradientCurvature, stepCurvature]
  }
}
