import Reporting
import SystemPackage
import TestSupport
import Testing

/// JUnit XML, as Python's parser reads it.
@Suite struct JUnitSuiteTests {
  private static let reader = """
    import sys, xml.etree.ElementTree as tree
    for suite in tree.parse(sys.argv[1]).getroot():
        print([suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped", "time")])
        for case in suite:
            print([case.get(name) for name in ("classname", "name", "time")],
                  [(part.tag, part.get("message"), part.text) for part in case])
    """

  @Test func `Names, messages and details come through as they are, whatever signs they hold`() async throws {
    let suite = JUnitSuite(
      "a \"suite\" & <more>",
      [
        .init("good", of: "fig4", seconds: 0.0004, .passed),
        .init(
          "train[rate=0.1]",
          of: "fig4",
          seconds: 12.3456,
          .failure("x: 1 < 2\nand \"more\""),
          details: "é ]]> \u{1b}[2J"
        ),
        .init("lost", of: "fig4", seconds: 1e9, .error("gone")),
        .init("later", of: "fig4", .skipped("not drawn")),
        .init("noted", of: "fig4", .passed, details: "a note"),
      ]
    )
    let folder = try TemporaryFolder()
    try folder.write(suite.text, to: "junit.xml")
    try folder.write(Self.reader, to: "read.py")
    let outcome = try await Program(at: "/usr/bin/python3").run(["read.py", "junit.xml"], in: folder.path)
    #expect(outcome.errors == "")
    #expect(
      outcome.output == #"""
        ['a "suite" & <more>', '5', '1', '1', '1', '1000000012.346']
        ['fig4', 'good', '0.000'] []
        ['fig4', 'train[rate=0.1]', '12.346'] [('failure', 'x: 1 < 2\nand "more"', 'é ]]> �[2J')]
        ['fig4', 'lost', '1000000000.000'] [('error', 'gone', None)]
        ['fig4', 'later', '0.000'] [('skipped', 'not drawn', None)]
        ['fig4', 'noted', '0.000'] [('system-out', None, 'a note')]

        """#
    )
  }
}
