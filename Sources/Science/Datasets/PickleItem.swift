/// What lies on the stack of a pickle's machine.
struct PickleItem {
  let nature: Nature
  /// What a list or dictionary that still grows holds; of a dictionary each key before its value.
  var elements: [PickleValue] = []
  /// How deeply values lie in it.
  var depth = 0

  enum Nature {
    case value(PickleValue)
    case open(Container)
    case function(Function)
    /// A tuple with a function or a type in it.
    case arguments([PickleItem])
    /// numpy's array before its state is known.
    case newArray
    /// numpy's type of unsigned bytes.
    case byteType
    /// What the memo keeps of something that must not be used twice: sharing lets small files stand for endless values.
    case forgotten

    /// What can grow.
    enum Container: String { case list, dictionary }
    static var list: Nature { .open(.list) }
    static var dictionary: Nature { .open(.dictionary) }
  }

  /// The functions and types of Python that are known.
  enum Function: String {
    case reconstruct = "numpy.core.multiarray _reconstruct"
    case reconstructOfNumPy2 = "numpy._core.multiarray _reconstruct"
    case arrayType = "numpy ndarray"
    case elementType = "numpy dtype"
    case encode = "_codecs encode"
  }

  /// What is wrong with an instruction.
  struct Complaint: Error {
    let words: String
    init(_ words: String) { self.words = words }
    static let depth = Complaint("it is nested too deeply")
  }

  /// The longest key of a dictionary, in bytes.
  private static let longestKey = 100

  init(_ nature: Nature, depth: Int = 0) {
    self.nature = nature
    self.depth = depth
  }

  var isValue: Bool {
    switch nature {
    case .value, .open: true
    default: false
    }
  }

  var isArguments: Bool { if case .arguments = nature { true } else { false } }

  func isOpen(_ container: Nature.Container) -> Bool {
    if case .open(container) = nature { true } else { false }
  }

  /// Whether it may come from the memo: what holds nothing else.
  var canBeRecalled: Bool {
    switch nature {
    case .value(.tuple), .value(.list), .value(.dictionary), .value(.array): false
    case .value, .function, .byteType: true
    case .open, .arguments, .newArray, .forgotten: false
    }
  }

  /// The value, complete now, and its depth.
  func value() throws(Complaint) -> (value: PickleValue, depth: Int) {
    switch nature {
    case .value(let value): (value, depth)
    case .open(.list): (.list(elements), depth)
    case .open(.dictionary): (.dictionary(try entries()), depth)
    default: throw Complaint("it takes a function for a value")
    }
  }

  /// The items of a tuple.
  func tupleItems() throws(Complaint) -> [PickleItem] {
    switch nature {
    case .value(.tuple(let values)): values.map { PickleItem(.value($0)) }
    case .arguments(let items): items
    default: throw Complaint("it takes something else for a tuple")
    }
  }

  /// A short text.
  func string() throws(Complaint) -> String {
    switch try value().value {
    case .bytes(let bytes) where bytes.count <= Self.longestKey: String(decoding: bytes, as: UTF8.self)
    case .text(let text) where text.utf8.count <= Self.longestKey: text
    default: throw Complaint("it takes something else for a name")
    }
  }

  private func entries() throws(Complaint) -> [String: PickleValue] {
    guard elements.count % 2 == 0 else { throw Complaint("a key has no value") }
    var entries: [String: PickleValue] = [:]
    for index in stride(from: 0, to: elements.count, by: 2) {
      let key = try PickleItem(.value(elements[index])).string()
      guard entries.updateValue(elements[index + 1], forKey: key) == nil else {
        throw Complaint("it has a key twice")
      }
    }
    return entries
  }
}
