internal import Configuration
public import Planning

/// What determines an action's result apart from its inputs (kind, parameters and code), as 64 bits.
///
/// Garbage collection keeps what has the shape of an action that may still run, so that a collision of two shapes keeps
/// too much and never too little.
public struct ActionShape: Sendable, Hashable {
  let bits: UInt64

  init(bits: UInt64) {
    self.bits = bits
  }

  /// The shape of an action of a pipeline.
  public init(_ action: Action) {
    self.init(kind: action.kind, parameters: action.parameters.canonicalText, code: action.fingerprint)
  }

  /// The shape of a recorded action.
  public init(_ record: ActionRecord) {
    self.init(kind: record.kind, parameters: record.parameters.canonicalText, code: record.code)
  }

  /// FNV-1a: the same on every machine, and fast enough for a run of 100,000 actions.
  private init(kind: String, parameters: String, code: String) {
    var bits: UInt64 = 0xcbf2_9ce4_8422_2325
    for text in [kind, code, parameters] {
      for byte in text.utf8 { bits = (bits ^ UInt64(byte)) &* 0x100_0000_01b3 }
      bits = (bits ^ 0xff) &* 0x100_0000_01b3
    }
    self.bits = bits
  }
}
