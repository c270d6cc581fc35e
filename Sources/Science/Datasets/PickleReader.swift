/// Reads the pickles in which CIFAR-10's Python release comes (protocol 2, as Python 2 wrote it and Python 3 does) without
/// running anything of them.
///
/// A pickle is a program for a machine with a stack, which may call any function of Python. Here only those instructions
/// are known that such files consist of, and of functions those by which numpy makes an array and Python 3 a string of
/// bytes; both are done by this reader itself. Everything else is an error. A file takes no more memory than a few times
/// its own size: strings are views of it, lists and tuples cannot be used twice, and the number of instructions and the
/// depth are bounded.
struct PickleReader {
  /// Several times what a file of the release has.
  private static let mostInstructions = 200_000
  /// The release has lists in a dictionary.
  private static let greatestDepth = 8
  /// The longest name of a function, in bytes.
  private static let longestName = 100

  let file: [UInt8]
  private(set) var position = 0
  private var stack: [PickleItem] = []
  /// What was on the stack below each mark that is open.
  private var marks: [[PickleItem]] = []
  private var memo: [Int: PickleItem] = [:]
  /// How many bytes texts were turned into.
  private var encodedCount = 0

  /// The value that a file holds.
  static func value(of file: [UInt8]) throws(DatasetError) -> PickleValue {
    var reader = PickleReader(file: file)
    return try reader.run()
  }

  private init(file: [UInt8]) {
    self.file = file
  }

  // MARK: - Instructions

  private mutating func run() throws(DatasetError) -> PickleValue {
    for _ in 0..<Self.mostInstructions {
      let start = position
      let code = try byte()
      if code == UInt8(ascii: ".") { return try result(start) }
      do throws(Complaint) {
        try execute(code, isFirst: start == 0)
      } catch {
        throw failure(error.words, at: start)
      }
    }
    throw failure("it has more than \(Self.mostInstructions) instructions", at: position)
  }

  private mutating func result(_ start: Int) throws(DatasetError) -> PickleValue {
    guard marks.isEmpty, stack.count == 1, let value = try? stack[0].value().value else {
      throw failure("it ends with something else than one value", at: start)
    }
    guard position == file.count else {
      throw failure("it goes on for \(file.count - position) bytes behind its end", at: position)
    }
    return value
  }

  /// What is wrong with an instruction.
  typealias Complaint = PickleItem.Complaint

  private mutating func execute(_ code: UInt8, isFirst: Bool) throws(Complaint) {
    switch code {
    case 0x80:
      let version = try number(1)
      guard version == 2, isFirst else { throw Complaint("it has protocol \(version), and 2 is read here") }
    case UInt8(ascii: "("):
      marks.append(stack)
      stack = []
      guard marks.count <= Self.greatestDepth else { throw .depth }
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.boolean(true))
    case 0x89: push(.boolean(false))
    case UInt8(ascii: "K"): push(.integer(try number(1)))
    case UInt8(ascii: "M"): push(.integer(try number(2)))
    case UInt8(ascii: "J"): push(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
    case 0x8a: push(.integer(try longNumber()))
    case UInt8(ascii: "U"): push(.bytes(try bytes(try number(1))))
    case UInt8(ascii: "T"): push(.bytes(try bytes(try number(4))))
    case UInt8(ascii: "X"): push(.text(try text()))
    case UInt8(ascii: "c"): stack.append(PickleItem(.function(try function())))
    case UInt8(ascii: ")"): try makeTuple([])
    case 0x85, 0x86, 0x87: try makeTuple(try pop(Int(code) - 0x84))
    case UInt8(ascii: "t"): try makeTuple(try closeMark())
    case UInt8(ascii: "]"): stack.append(PickleItem(.list))
    case UInt8(ascii: "a"): try add(try pop(1), to: .list)
    case UInt8(ascii: "e"): try add(try closeMark(), to: .list)
    case UInt8(ascii: "}"): stack.append(PickleItem(.dictionary))
    case UInt8(ascii: "s"): try add(try pop(2), to: .dictionary)
    case UInt8(ascii: "u"): try add(try closeMark(), to: .dictionary)
    case UInt8(ascii: "q"): try remember(try number(1))
    case UInt8(ascii: "r"): try remember(try number(4))
    case UInt8(ascii: "h"): try recall(try number(1))
    case UInt8(ascii: "j"): try recall(try number(4))
    case UInt8(ascii: "R"): try call()
    case UInt8(ascii: "b"): try build()
    default: throw Complaint("it has the instruction 0x\(code < 16 ? "0" : "")\(String(code, radix: 16))")
    }
  }

  // MARK: - The stack

  private mutating func push(_ value: PickleValue) { stack.append(PickleItem(.value(value))) }

  private mutating func pop(_ count: Int) throws(Complaint) -> [PickleItem] {
    guard stack.count >= count else { throw Complaint("it takes more than there is") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  /// What was pushed since the last mark.
  private mutating func closeMark() throws(Complaint) -> [PickleItem] {
    guard let below = marks.popLast() else { throw Complaint("it closes what it has not opened") }
    defer { stack = below }
    return stack
  }

  private mutating func makeTuple(_ items: [PickleItem]) throws(Complaint) {
    guard items.allSatisfy(\.isValue) else {
      // What numpy's functions are given: the type of an array or of its elements is among it.
      guard !items.contains(where: \.isArguments) else { throw .depth }
      return stack.append(PickleItem(.arguments(items)))
    }
    let (values, depth) = try values(of: items)
    stack.append(PickleItem(.value(.tuple(values)), depth: depth))
  }

  private mutating func add(_ items: [PickleItem], to container: PickleItem.Nature.Container) throws(Complaint) {
    let (values, depth) = try values(of: items)
    // In place: a list may grow by one element at a time.
    guard let last = stack.indices.last, stack[last].isOpen(container) else {
      throw Complaint("it adds to what is no \(container.rawValue)")
    }
    stack[last].elements += values
    stack[last].depth = max(stack[last].depth, depth)
  }

  /// Items as values, and the depth of what will hold them.
  private func values(of items: [PickleItem]) throws(Complaint) -> (values: [PickleValue], depth: Int) {
    var values: [PickleValue] = []
    values.reserveCapacity(items.count)
    var depth = 0
    for item in items {
      let (value, inner) = try item.value()
      values.append(value)
      depth = max(depth, inner + 1)
    }
    guard depth <= Self.greatestDepth else { throw .depth }
    return (values, depth)
  }

  private mutating func remember(_ index: Int) throws(Complaint) {
    guard let item = stack.last else { throw Complaint("it remembers what is not there") }
    memo[index] = item.canBeRecalled ? item : PickleItem(.forgotten)
  }

  private mutating func recall(_ index: Int) throws(Complaint) {
    guard let item = memo[index] else { throw Complaint("it recalls \(index), which it has not remembered") }
    if case .forgotten = item.nature { throw Complaint("it uses a list, a tuple or an array twice") }
    stack.append(item)
  }
}

// MARK: - Functions

extension PickleReader {
  /// The functions and types that are known.
  private mutating func function() throws(Complaint) -> PickleItem.Function {
    let name = "\(try line()) \(try line())"
    guard let function = PickleItem.Function(rawValue: name) else {
      throw Complaint("it would call '\(name)'")
    }
    return function
  }

  private mutating func call() throws(Complaint) {
    let parts = try pop(2)
    guard case .function(let function) = parts[0].nature else { throw Complaint("it calls what is no function") }
    let arguments = try parts[1].tupleItems()
    switch function {
    case .reconstruct, .reconstructOfNumPy2:
      guard arguments.count == 3, case .function(.arrayType) = arguments[0].nature else { break }
      return stack.append(PickleItem(.newArray))
    case .elementType:
      guard arguments.count == 3, try arguments[0].string() == "u1" else { break }
      return stack.append(PickleItem(.byteType))
    case .encode:
      guard arguments.count == 2, try arguments[1].string() == "latin1",
        case .text(let text) = try arguments[0].value().value
      else { break }
      return push(.bytes(try encoded(text)))
    case .arrayType: break
    }
    throw Complaint("it calls '\(function.rawValue)' with other arguments than for bytes")
  }

  /// A text whose characters stand for bytes. All texts of a file together give no more bytes than the file has.
  private mutating func encoded(_ text: String) throws(Complaint) -> ArraySlice<UInt8> {
    guard text.utf8.count <= file.count - encodedCount else { throw Complaint("it uses long texts twice") }
    encodedCount += text.utf8.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { throw Complaint("a character of a text is no byte") }
      bytes.append(byte)
    }
    return bytes[...]
  }

  /// Gives an array its shape and its elements; the state of the type of bytes says nothing new.
  private mutating func build() throws(Complaint) {
    let parts = try pop(2)
    let state = try parts[1].tupleItems()
    switch parts[0].nature {
    case .byteType:
      guard state.count == 8, try state[1].string() == "|" else { break }
      return stack.append(parts[0])
    case .newArray:
      guard state.count == 5, case .byteType = state[2].nature, case .tuple(let lengths) = try state[1].value().value,
        case .boolean(let isColumnMajor) = try state[3].value().value,
        case .bytes(let elements) = try state[4].value().value
      else { break }
      let shape = lengths.compactMap { if case .integer(let length) = $0 { length } else { nil } }
      guard shape.count == lengths.count,
        let array = PickledArray(shape: shape, isColumnMajor: isColumnMajor, elements: elements)
      else { throw Complaint("an array has \(elements.count) elements, and its shape is another") }
      return push(.array(array))
    default: break
    }
    throw Complaint("it sets the state of what is no array of bytes")
  }
}

// MARK: - Bytes

extension PickleReader {
  private func failure(_ words: String, at offset: Int) -> DatasetError {
    DatasetError("is no pickle that is read here: \(words), at byte \(offset)")
  }

  private mutating func byte() throws(DatasetError) -> UInt8 {
    guard position < file.count else { throw failure("it ends too early", at: position) }
    defer { position += 1 }
    return file[position]
  }

  private mutating func bytes(_ count: Int) throws(Complaint) -> ArraySlice<UInt8> {
    guard count <= file.count - position else { throw Complaint("it ends too early") }
    defer { position += count }
    return file[position..<position + count]
  }

  /// A number without a sign, the low byte first.
  private mutating func number(_ size: Int) throws(Complaint) -> Int {
    try bytes(size).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// A number with a sign, of as many bytes as are said.
  private mutating func longNumber() throws(Complaint) -> Int {
    let size = try number(1)
    guard size <= 8 else { throw Complaint("it has a number of \(size) bytes") }
    let bytes = try bytes(size)
    let isNegative = (bytes.last ?? 0) >= 0x80
    return bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
  }

  private mutating func text() throws(Complaint) -> String {
    guard let text = String(validating: try bytes(try number(4)), as: UTF8.self) else {
      throw Complaint("a text is no UTF-8")
    }
    return text
  }

  /// The rest of a line of a name.
  private mutating func line() throws(Complaint) -> String {
    let rest = file[position...].prefix(Self.longestName)
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw Complaint("it has a name without an end") }
    let name = try bytes(end - position)
    position += 1
    // A name in a message must not contain terminal escapes.
    return String(decoding: name.map { (0x21...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }
}
