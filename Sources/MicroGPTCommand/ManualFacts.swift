// What the manual page says beside the options: the environment, the files and the exit codes.

import CommandLineOptions

extension MicroGPT {
  static var manualFacts: Command.ManualFacts {
    Command.ManualFacts(
      version: version, date: "November 21, 2026",
      environment: [
        "MICROGPT_ISA": """
        The instructions to compute with, baseline, avx2 or avx512, where the processor has wider ones. In the exact \
        arithmetic the results are the same.
        """,
        "MICROGPT_OFFLINE": "If it is set and not 0, nothing is downloaded, as with --offline.",
        "XDG_CACHE_HOME": "The folder of caches, if its path is absolute.",
        "HOME": "The home folder, in which the folder of caches is otherwise.",
        "NO_COLOR": "If it is set and not empty, --color auto colors nothing.",
        "TERM": "If it is dumb, there is no live line, and --color auto colors no plot.",
        "COLUMNS": "The width of a terminal that does not tell its own.",
        "PATH": "Where curl is, which downloads the makemore names.",
      ],
      files: [
        "input.txt": "The text to learn from, if it is in the working folder and --data names no other.",
        "$XDG_CACHE_HOME/microgpt/names.txt": """
        The makemore names, once they are downloaded. Without XDG_CACHE_HOME the folder is ~/.cache, on macOS \
        ~/Library/Caches. The file names.txt.failed beside it marks a failed download, which is tried again after a day.
        """,
        "model.best.safetensors": """
        Of a run that is saved in model.safetensors and measured by --eval-every: the model with the lowest held-out \
        loss.
        """,
        "model.safetensors.lock": """
        Present while a run saves to model.safetensors. A run that was killed leaves it behind, which does no harm.
        """,
        "model.safetensors.part": "A save that has not come to its end. The next one replaces it.",
      ],
      exitStatus: [
        "0": "The work is done, or the reader of its output wants no more of it.",
        "1": "verify: this build's figures are wrong.",
        "64": "The command line is wrong, or asks for more than this machine or model can do.",
        "65": "A file has contents that cannot be used.",
        "66": "A file cannot be read.",
        "70": "The computation cannot go on, because numbers became infinite.",
        "73": "A file cannot be created, or exists and --force is not given.",
        "74": "A file cannot be written to its end.",
        "75": "Another process is saving to the file. Try again later.",
        "128 + n": """
        The signal of number n has stopped it: 130 after Ctrl-C (SIGINT), 143 after a request to end (SIGTERM), 129 after \
        the terminal was closed (SIGHUP). What train and sample have finished by then is saved and printed.
        """,
      ])
  }
}
