/// The files of a new experiment.
enum NewExperiment {
  /// Their paths and texts.
  static let files: [(String, String)] = [
    ("pipelines/example.yaml", example),
    ("artifacts/README.md", artifacts),
    (".gitignore", gitignore),
    ("README.md", readme),
  ]

  private static let example = """
    # yaml-language-server: $schema=./schema.json
    pipeline: example
    title: The UV model below and above the critical learning rate
    description: |
      Gradient descent on f = u v / sqrt(n), whose learning rate decides whether it converges, settles at the edge of
      stability, or becomes chaotic. Change a value and run it again: only what the change reaches is computed.

    parameters:
      above: 1.4                        # pipeline run example --set above=1.6
      steps: 60

    profiles:
      long: { steps: 200 }              # pipeline run example --profile long

    stages:
      runs:
        kind: uv/trajectories           # 'pipeline stages uv/trajectories' documents it
        with:
          cases:
            - { name: start, start: { kappa: 1, target: 2, output: 0, trace: 1 } }
          learning_rate: { values: [0.8, "${{ parameters.above }}"], relative_to: critical }
          steps: ${{ parameters.steps }}

      figure:
        kind: figure
        inputs: { runs: runs }          # the name here: the stage that makes it
        with:
          width: 8.3                    # cm, one column of a paper
          height: 6
          panels:
            - x: step
              y: { label: "trace  λ", from: 0 }
              series:
                - draw: lines
                  x: runs/step
                  y: runs/trace
                  at: { case: 0 }
                  each: learning_rate
                  marker: dot
                  label: "η = {eta_ratio:2} η_c"
                - { draw: horizontal, y: runs/edge, at: { case: 0 }, each: learning_rate }

    """

  private static let artifacts = """
    # Results

    `pipeline run` keeps its results here. Only `locks/` and this page belong to git.

    | folder | what it holds |
    |---|---|
    | `figures/NAME/` | what a person opens: the pictures, the gnuplot script to restyle them, and the plotted data as HDF5 |
    | `objects/` | every result, read-only, named by the SHA-256 of its content |
    | `actions/` | one record for each action: parameters, inputs, code, and where and when it ran |
    | `claims/` | what became of the claims of each pipeline |
    | `scratch/` | work in progress; may be deleted when nothing runs |

    """

  private static let gitignore = """
    /artifacts/*
    !/artifacts/README.md
    !/artifacts/locks/

    """

  private static let readme = """
    # An experiment

    ```sh
    pipeline run example                # computes what is not known yet; the figure is in artifacts/figures/example/
    pipeline show example/runs          # what came out, and where it came from
    pipeline check example              # every mistake in the file at once
    pipeline stages                     # the kinds of stage there are
    ```

    Pipelines are in `pipelines/`, one YAML file each. Editors with yaml-language-server check and complete them with
    `pipelines/schema.json`; `pipeline schema --output pipelines/schema.json` writes it anew after an update of the program.

    """
}
