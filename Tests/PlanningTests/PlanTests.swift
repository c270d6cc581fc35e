import Artifacts
import Configuration
import Planning
import Testing

@Suite struct PlanTests {
  private func action(_ name: String, _ inputs: [String] = []) -> Action {
    Action(
      name: name,
      kind: "k",
      parameters: [:],
      inputs: Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ("i\($0.offset)", .one($0.element)) }),
      fingerprint: "f",
      location: nil
    )
  }

  private let address = ContentDigest(of: "result")

  @Test func `Actions without inputs are ready, in the order of the list`() {
    var plan = Plan([action("a"), action("b"), action("c", ["a", "b"])])
    #expect(plan["a"] == .ready)
    #expect(plan["c"] == .waiting(missing: 2))
    #expect(plan["x"] == nil)
    #expect(plan.next()?.action.name == "a")
    #expect(plan.next()?.action.name == "b")
    #expect(plan.next()?.action.name == nil)
    #expect(!plan.isFinished)
  }

  @Test func `What is given is waited for by nobody, unless an action makes it`() {
    let given = ContentDigest(of: "given")
    var plan = Plan([action("a"), action("c", ["a", "b"])], given: ["a": given, "b": given])
    #expect(plan["b"] == .done(address: given))
    #expect(plan["c"] == .waiting(missing: 1))
    #expect(plan.next()?.action.name == "a")
    plan.finish("a", address: address)
    #expect(plan.next()?.addresses == ["i0": .one(address), "i1": .one(given)])
  }

  @Test func `An action becomes ready when its last input is done`() {
    var plan = Plan([action("a"), action("b"), action("c", ["a", "b", "a"])])
    _ = plan.next()
    _ = plan.next()
    plan.finish("b", address: address)
    #expect(plan["c"] == .waiting(missing: 1))
    plan.finish("a", address: address)
    #expect(plan["c"] == .ready)
    #expect(plan.readyCount == 1)
    let task = plan.next()
    #expect(task?.addresses == ["i0": .one(address), "i1": .one(address), "i2": .one(address)])
    #expect(plan["c"] == .running)
    plan.finish("c", address: address)
    #expect(plan["c"] == .done(address: address))
    #expect(plan.isFinished)
  }

  @Test func `What needs a failed action is unreachable, and the rest goes on`() {
    var plan = Plan([action("a"), action("b"), action("c", ["a"]), action("d", ["c", "b"]), action("e", ["b"])])
    _ = plan.next()
    _ = plan.next()
    plan.fail("a", "broken")
    #expect(plan["a"] == .failed("broken"))
    #expect(plan["c"] == .unreachable(because: "a"))
    #expect(plan["d"] == .unreachable(because: "a"))
    plan.finish("b", address: address)
    #expect(plan.next()?.action.name == "e")
    #expect(plan["d"] == .unreachable(because: "a"))
    plan.finish("e", address: address)
    #expect(plan.isFinished)
  }

  @Test func `A plan of nothing is finished`() {
    #expect(Plan([]).isFinished)
  }

  @Test func `Every order of finishing runs every action once, after its inputs`() throws {
    // A layered graph, finished in many orders.
    let layers = 6
    let width = 5
    var actions: [Action] = []
    for layer in 0..<layers {
      for place in 0..<width {
        let inputs = layer == 0 ? [] : [(place * 2) % width, (place + 1) % width].map { "\(layer - 1).\($0)" }
        actions.append(action("\(layer).\(place)", inputs))
      }
    }
    for seed in 0..<50 {
      var plan = Plan(actions)
      var running: [String] = []
      var finished: Set<String> = []
      var started: [String] = []
      while !plan.isFinished {
        while running.count < 3, let task = plan.next() {
          #expect(Set(task.action.inputs.values.flatMap(\.references)).isSubset(of: finished))
          running.append(task.action.name)
          started.append(task.action.name)
        }
        let name = running.remove(at: (seed * 7 + finished.count) % running.count)
        plan.finish(name, address: address)
        finished.insert(name)
      }
      #expect(started.count == actions.count)
      #expect(Set(started).count == actions.count)
    }
  }

  @Test func `The key is made of kind, parameters, addresses and code, and of nothing else`() {
    func key(
      name: String = "n",
      kind: String = "k",
      parameters: JSONValue = ["a": .number(1)],
      input: String = "x",
      fingerprint: String = "f",
      address: ContentDigest? = nil
    ) -> ContentDigest {
      Action(
        name: name,
        kind: kind,
        parameters: parameters,
        inputs: [input: .one("source \(name)")],
        fingerprint: fingerprint,
        location: nil
      ).key([input: .one(address ?? self.address)])
    }
    #expect(key() == key(name: "other"))
    let others = [
      key(kind: "l"), key(parameters: ["a": .number(2)]), key(parameters: ["a": "1"]), key(input: "y"),
      key(fingerprint: "g"), key(address: ContentDigest(of: "other")),
    ]
    #expect(Set(others + [key()]).count == others.count + 1)
    // The definition itself: whoever changes it makes every stored result unknown.
    #expect(
      key()
        == ContentDigest(
          of: "{\"code\":\"f\",\"inputs\":{\"x\":\"\(address)\"},\"kind\":\"k\",\"parameters\":{\"a\":1},"
            + "\"pipeline action\":1}"
        )
    )
  }

  private func point(_ name: String) -> Action {
    Action(name: name, kind: "k", parameters: [:], inputs: [:], fingerprint: "f", onFailure: .skip, location: nil)
  }

  private func stacking(_ name: String, _ members: [String?]) -> Action {
    let axis = SweepAxis("i", [.init("i", members.indices.map { .integer($0) })])
    return Action(
      name: name,
      kind: "k",
      parameters: [:],
      inputs: ["all": .stack(axes: [axis], members: members)],
      fingerprint: "f",
      location: nil
    )
  }

  @Test func `A point that fails is missing from a stack where its stage says so`() throws {
    var plan = Plan([point("a"), point("b"), stacking("all", ["a", nil, "b"])])
    _ = plan.next()
    _ = plan.next()
    plan.fail("a", "no reason")
    #expect(plan["a"] == .skipped("no reason"))
    #expect(plan["all"] == .waiting(missing: 1))
    plan.finish("b", address: address)
    let next = plan.next()
    let task = try #require(next)
    #expect(task.addresses["all"]?.references == [address])
    guard case .stack(_, let members) = task.addresses["all"] else {
      Issue.record("no stack")
      return
    }
    #expect(members == [nil, nil, address])
  }

  @Test func `Whoever needs a skipped point by itself cannot be run`() {
    var plan = Plan([point("a"), action("user", ["a"]), action("after", ["user"])])
    _ = plan.next()
    plan.fail("a", "no reason")
    #expect(plan["user"] == .unreachable(because: "a"))
    #expect(plan["after"] == .unreachable(because: "a"))
    #expect(plan.isFinished)
  }

  @Test func `What may not be computed is missing to everyone, whatever its stage says`() {
    var plan = Plan([point("a"), point("b"), stacking("all", ["a", "b"])])
    _ = plan.next()
    plan.withhold("a", "not known")
    #expect(plan["a"] == .failed("not known"))
    #expect(plan["all"] == .unreachable(because: "a"))
  }

  @Test func `A point that follows a skipped one is left out of its own sweep`() {
    let follower = Action(
      name: "f",
      kind: "k",
      parameters: [:],
      inputs: ["x": .one("a")],
      fingerprint: "f",
      onFailure: .skip,
      location: nil
    )
    var plan = Plan([point("a"), follower, point("g"), stacking("all", ["f", "g"])])
    _ = plan.next()
    plan.fail("a", "no reason")
    #expect(plan["f"] == .skipped("it needs 'a'"))
    #expect(plan["all"] == .waiting(missing: 1))
  }
}
