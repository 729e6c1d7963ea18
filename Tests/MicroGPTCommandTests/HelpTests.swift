import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

/// The pages of help, letter for letter.
@Suite("Help") struct HelpTests {
  @Test(
    "help can be requested in many ways, despite other mistakes on the line",
    arguments: ["help", "--help", "-h", "help help", "help --help", "--help -h"])
  func wholeCommand(line: String) throws {
    #expect(try page(line) == wholeCommandPage)
  }

  @Test(
    "help is about the named subcommand, or the one that would run",
    arguments: [
      ("help train", "train"), ("train --help", "train"), ("train -h", "train"), ("--help train", "train"),
      ("--steps ten --help", "train"), ("train --stpes 10 --help", "train"), ("--data --help", "train"),
      ("--help=yes", "train"), ("help verify", "verify"), ("verify --steps 5 -h", "verify"),
      ("--help verify", "verify"), ("help names", "names"), ("names -h", "names"),
      ("help sweep", "sweep"), ("sweep --embedding 1,x -h", "sweep"),
      ("help compare", "compare"), ("compare a.jsonl --width x -h", "compare"),
      ("help eval", "eval"), ("eval model.st --lines x -h", "eval"), ("inspect -h", "inspect"),
      ("help sample", "sample"), ("sample model.safetensors --sead 3 -h", "sample"),
      ("help export", "export"), ("export -h", "export"),
      ("help trace", "trace"), ("trace emma --widht 3 -h", "trace"),
    ])
  func oneSubcommand(line: String, name: String) throws {
    let pages = [
      "train": trainPage, "sweep": sweepPage, "compare": comparePage, "sample": samplePage, "eval": evalPage,
      "trace": tracePage, "inspect": inspectPage,
      "verify": verifyPage, "names": namesPage,
      "export": exportPage,
    ]
    #expect(try page(line) == pages[name])
  }

  @Test(
    "no line of help is wider than 80 columns",
    arguments: [
      "help", "help train", "help sweep", "help compare", "help sample", "help eval", "help inspect",
      "help export",
      "help verify", "help names", "help trace",
    ])
  func width(line: String) throws {
    let lines = try #require(try page(line)).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 && $0.last != " " }, "\(lines.filter { $0.count > 80 })")
  }

  @Test(
    "every example is a line that runs",
    arguments: [
      Array(Train.examples), Array(Sweep.examples), Array(Compare.examples), Array(Sample.examples),
      Array(Eval.examples),
      Array(Inspect.examples),
      Array(Verify.examples),
      Array(Names.examples), Array(Export.examples), Array(TraceCommand.examples),
    ])
  func examples(examples: [(key: String, value: String)]) throws {
    for example in examples {
      let line = example.value.prefix { $0 != ">" }
      #expect(refusal(split(String(line)).dropFirst().joined(separator: " ")) == nil)
      #expect(example.value.hasPrefix("microgpt "))
    }
  }
}

private let wholeCommandPage = """
  OVERVIEW: Train a GPT on lines of text and let it make up new ones.

  USAGE: microgpt [SUBCOMMAND] [OPTIONS]

  See 'microgpt help SUBCOMMAND' for the options of each.

  SUBCOMMANDS:
    train (default)            Train a GPT on lines of text, then print new ones.
    sweep                      Train with several settings and rank them by
                               held-out loss.
    compare                    Show the losses of runs as curves and in a table.
    sample                     Print new lines from a kept model.
    eval                       Measure a kept model on lines of text.
    trace                      Follow one document through a model, number by
                               number.
    inspect                    Show what is in a model's file.
    export                     Write a model for other programs.
    verify                     Check this build against microgpt.py, bit for bit.
    names                      Print the built-in names, one a line.

  GENERAL:
    --manual                   Print the manual page, for man
    --completion-script SHELL  Print a script that completes lines in SHELL
                               (bash, zsh or fish)
    --version                  Show the version
    -h, --help                 Show this help

  EXAMPLES:
    Learn from your own lines, for 2,000 steps:
      microgpt train --data cities.txt --steps 2000
    Find a learning rate for two widths:
      microgpt sweep --learning-rate 0.003,0.01,0.03 --embedding 16,32
    Compare two runs:
      microgpt compare slow.jsonl fast.jsonl
    Print what training printed:
      microgpt sample model.safetensors
    Measure a model on your own lines:
      microgpt eval model.safetensors --data cities.txt
    Follow a name through the default run:
      microgpt trace emma
    Show a kept model:
      microgpt inspect model.safetensors
    Write an ONNX graph of a model:
      microgpt export model.safetensors --onnx model.onnx
    Check on a file of the makemore names:
      microgpt verify --data names.txt
    Make an input.txt in this folder:
      microgpt names > input.txt
  """

private let trainPage = """
  OVERVIEW: Train a GPT on lines of text, then print new ones.

  USAGE: microgpt [train] [OPTIONS]

  Without --data the text is input.txt in this folder, else the makemore names
  (downloaded once), else names that are built in. Results go to standard output,
  remarks to standard error. MICROGPT_ISA=avx2 or baseline keeps the processor
  from its widest instructions. '--preset microgpt' stands for the defaults;
  '--preset names' stands for --engine fast --layers 3 --embedding 64 --heads 8
  --batch-size 32 --steps 5500 --learning-rate 0.003 --beta1 0.8 --beta2 0.995
  --weight-decay 0.1 --init-std 0.1 --held-out 0.1; '--preset shakespeare' stands
  for --documents stream --engine fast --layers 4 --embedding 64 --heads 4
  --block-size 64 --batch-size 16 --steps 4500 --learning-rate 0.008
  --weight-decay 0.1 --held-out 0.1.

  SETTINGS:
    --preset NAME       Begin with the settings of this name
                        (microgpt, names or shakespeare)
    --config FILE       Read settings from FILE: lines 'key = value', a key being
                        an option without its dashes; they override the preset,
                        and the command line overrides both

  DATA:
    --data FILE         Learn from the lines of FILE (- is standard input)
    --offline           Never download; so does MICROGPT_OFFLINE=1
    --documents HOW     What a document is; a stream is the whole text, read in
                        windows (lines, paragraphs or stream; default: lines)
    --lowercase         Read the text in lower case
    --max-vocabulary N  Refuse a text with a larger vocabulary, and show its
                        rarest characters (1 or more)

  MODEL:
    --layers N          Transformer layers (1 or more; default: 1)
    --embedding N       Width of the model, a multiple of --heads
                        (1 or more; default: 16)
    --heads N           Attention heads in each layer (1 or more; default: 4)
    --block-size N      Positions the model sees; longer lines are cut
                        (1 or more; default: 16)

  TRAINING:
    --engine NAME       Arithmetic: exact has microgpt.py's bits, fast has floats
                        and speed (exact or fast; default: exact)
    --batch-size N      Documents in each step's batch (1 or more; default: 1)
    --steps N           Optimizer steps (0 or more; default: 1000)
    --learning-rate X   Learning rate of the first step (0 or more; default: 0.01)
    --schedule NAME     Decay of the learning rate to 0; constant has none
                        (linear, cosine or constant; default: linear)
    --beta1 X           Decay rate of Adam's first moment
                        (0 or more but less than 1; default: 0.85)
    --beta2 X           Decay rate of Adam's second moment
                        (0 or more but less than 1; default: 0.99)
    --epsilon X         Keeps Adam from dividing by zero
                        (more than 0; default: 1e-08)
    --weight-decay X    Decoupled weight decay (AdamW), times the learning rate
                        (0 or more; default: 0)
    --init-std X        Standard deviation of the initial parameters
                        (0 or more; default: 0.08)
    --seed N            The same seed and options give the same run
                        (0 to 18446744073709551615; default: 42)

  MEASURING:
    --held-out X        Share of the documents kept from training, or of a
                        stream's end, to measure on
                        (0 or more but less than 1; default: 0)
    --eval-every N      Measure on held-out lines every N steps, not only at the
                        end (1 or more)
    --patience N        Stop after N measurements without a lower loss (1 or more)

  CHECKPOINTS:
    --save FILE         Keep the model and its run in FILE, as safetensors
    --save-every N      Save after every N steps, not only at the end (1 or more)
    --resume FILE       Go on with the run in FILE, with its options, and save it
                        there
    --stop-after N      Save and stop after N more steps; --resume goes on
                        (1 or more)
    --init-from FILE    Begin a new run with the weights in FILE

  SAMPLING:
    --samples N         Lines to generate after training (0 or more; default: 20)
    --temperature X     Sampling temperature; 0 always takes the most probable
                        character (0 or more; default: 0.5)
    --streams HOW       Random numbers: microgpt.py's one stream, or one for each
                        sample, many at a time and faster
                        (one or many; default: one)

  OUTPUT:
    --log FILE          Write losses, samples and the parameters' hash to FILE, as
                        JSON Lines
    --report FILE       Write a page about the run to FILE: losses, samples,
                        attention, as HTML for a browser
    --force             Let --log, --report and --save replace files that have
                        contents
    --quiet             No step lines, no live line and no remarks
    --plot              Draw the losses as a curve on standard error when the
                        steps are done
    --color WHEN        Color the live line and the plot; auto respects NO_COLOR
                        (never, auto or always; default: auto)

  GENERAL:
    --version           Show the version
    -h, --help          Show this help

  EXAMPLES:
    Learn from your own lines, for 2,000 steps:
      microgpt train --data cities.txt --steps 2000
    Train a wider model and keep its losses:
      microgpt train --embedding 64 --heads 8 --log losses.jsonl
    See how the run went, in a browser:
      microgpt train --held-out 0.1 --eval-every 100 --report run.html
    Keep the model:
      microgpt train --save model.safetensors
    Go on with it, to 2,000 steps in all:
      microgpt train --resume model.safetensors --steps 2000
  """

private let sweepPage = """
  OVERVIEW: Train with several settings and rank them by held-out loss.

  USAGE: microgpt sweep [OPTIONS]

  Options of MODEL and TRAINING take values with commas between them; every
  combination is trained. The table of runs begins with the lowest loss on lines
  held out, and the command line that repeats that run follows. Results do not
  depend on --jobs.

  SETTINGS:
    --preset NAME         Begin with the settings of this name
                          (microgpt, names or shakespeare)
    --config FILE         Read settings from FILE: lines 'key = value', a key
                          being an option without its dashes; they override the
                          preset, and the command line overrides both

  DATA:
    --data FILE           Learn from the lines of FILE (- is standard input)
    --offline             Never download; so does MICROGPT_OFFLINE=1
    --documents HOW       What a document is; a stream is the whole text, read in
                          windows (lines, paragraphs or stream; default: lines)
    --lowercase           Read the text in lower case
    --max-vocabulary N    Refuse a text with a larger vocabulary, and show its
                          rarest characters (1 or more)

  MODEL:
    --layers LIST         Transformer layers (1 or more; default: 1)
    --embedding LIST      Width of the model, a multiple of --heads
                          (1 or more; default: 16)
    --heads LIST          Attention heads in each layer (1 or more; default: 4)
    --block-size LIST     Positions the model sees; longer lines are cut
                          (1 or more; default: 16)

  TRAINING:
    --engine LIST         Arithmetic: exact has microgpt.py's bits, fast has
                          floats and speed (exact or fast; default: exact)
    --batch-size LIST     Documents in each step's batch (1 or more; default: 1)
    --steps LIST          Optimizer steps (0 or more; default: 1000)
    --learning-rate LIST  Learning rate of the first step
                          (0 or more; default: 0.01)
    --schedule LIST       Decay of the learning rate to 0; constant has none
                          (linear, cosine or constant; default: linear)
    --beta1 LIST          Decay rate of Adam's first moment
                          (0 or more but less than 1; default: 0.85)
    --beta2 LIST          Decay rate of Adam's second moment
                          (0 or more but less than 1; default: 0.99)
    --epsilon LIST        Keeps Adam from dividing by zero
                          (more than 0; default: 1e-08)
    --weight-decay LIST   Decoupled weight decay (AdamW), times the learning rate
                          (0 or more; default: 0)
    --init-std LIST       Standard deviation of the initial parameters
                          (0 or more; default: 0.08)
    --seed LIST           The same seed and options give the same run
                          (0 to 18446744073709551615; default: 42)

  RUNS:
    --held-out X          Share of the documents kept from training, or of a
                          stream's end, to measure on
                          (0 or more but less than 1; default: 0.1)
    --jobs N              Runs at the same time; without it one on each core
                          (1 or more)

  OUTPUT:
    --json                Print one JSON object
    --quiet               No remarks and no live line

  GENERAL:
    --version             Show the version
    -h, --help            Show this help

  EXAMPLES:
    Find a learning rate for two widths:
      microgpt sweep --learning-rate 0.003,0.01,0.03 --embedding 16,32
    See how much of a difference is due to chance:
      microgpt sweep --preset names --steps 500 --seed 1,2,3,4,5
  """

private let comparePage = """
  OVERVIEW: Show the losses of runs as curves and in a table.

  USAGE: microgpt compare LOG... [OPTIONS]

  LOG is a file that 'microgpt train --log' writes, also while it is written.
  Losses of training are moving averages over about 50 steps, as the live line
  shows them. The table begins with the lowest loss: on held-out lines, if all
  runs were measured on them, else the last one of training. Its column 'to X' has
  the step at which a run reached X, the loss that the worst one ended with.
  Losses of different texts or vocabularies do not compare, and a log does not say
  what they were.

  ARGUMENTS:
    LOG           The logs of the runs (- is standard input)

  PLOT:
    --width N     Columns of the plot; without it the terminal's, or 80
                  (24 to 1000)
    --height N    Lines of the plot (6 to 1000; default: 20)
    --log-steps   Let each doubling of the steps take the same room
    --color WHEN  Color the curves; auto respects NO_COLOR
                  (never, auto or always; default: auto)

  OUTPUT:
    --json        Print one JSON object, with the curves
    --html FILE   Write FILE too, a page of HTML with larger curves
    --force       Let --html replace a file that has contents

  GENERAL:
    --version     Show the version
    -h, --help    Show this help

  EXAMPLES:
    Compare two runs:
      microgpt compare slow.jsonl fast.jsonl
    See the first steps of one more closely:
      microgpt compare run.jsonl --log-steps
    Write a page of all runs in a folder:
      microgpt compare runs/*.jsonl --html runs.html
  """

private let samplePage = """
  OVERVIEW: Print new lines from a kept model.

  USAGE: microgpt sample MODEL [OPTIONS]

  Without options it prints what training printed at its end, every time. A file
  that has weights alone is sampled 20 times at temperature 0.5 with seed 42. If
  several of --top-k, --top-p and --min-p are given, they apply in this order.
  Results go to standard output, remarks to standard error.

  ARGUMENTS:
    MODEL            The file that 'train --save' has written, or one of weights
                     (- is standard input)

  LINES:
    --prompt TEXT    Begin every line with TEXT
    --prompts FILE   Print --samples lines for each line of FILE
    --samples N      Lines to print, for each prompt (0 or more)
    --length N       Characters in a line at most; beyond its block the model sees
                     only the last ones (1 or more)

  PROBABILITIES:
    --temperature X  Sampling temperature; 0 always takes the most probable
                     character (0 or more)
    --top-k N        Draw from the N most probable characters (1 or more)
    --top-p X        Draw from the most probable characters that together reach
                     probability X (more than 0, at most 1)
    --min-p X        Draw from those at least X times as probable as the most
                     probable (0 to 1)

  RANDOM NUMBERS:
    --seed N         Seed of the random numbers; without it they go on from
                     training's (0 to 18446744073709551615)
    --streams HOW    microgpt.py's one stream, or one for each line, many at a
                     time and faster (one or many)
    --engine NAME    Arithmetic; one stream is exact unless this says fast
                     (exact or fast)
    --memory N       Megabytes in which one stream looks up beginnings of lines
                     that it has computed; 8 if not given (0 to 4096)

  NEW LINES:
    --unique         Leave out lines of the text that the model has learned, and
                     repeated ones
    --data FILE      The text that it has learned, if train would not find it (-
                     is standard input)
    --offline        Never download; so does MICROGPT_OFFLINE=1

  OUTPUT:
    --json           Print a JSON object for each line
    --explain        Show the most probable characters at each place, and the
                     chosen one

  GENERAL:
    --version        Show the version
    -h, --help       Show this help

  EXAMPLES:
    Print what training printed:
      microgpt sample model.safetensors
    Print others, that begin with em:
      microgpt sample model.safetensors --prompt em --seed 1
    See how each character is chosen:
      microgpt sample model.safetensors --samples 1 --explain
    Print only lines that the model has not read:
      microgpt sample model.safetensors --unique
    Print a million:
      microgpt sample model.safetensors --samples 1000000 --streams many
  """

private let evalPage = """
  OVERVIEW: Measure a kept model on lines of text.

  USAGE: microgpt eval MODEL [OPTIONS]

  The loss is in nats: the mean over lines, each of which counts by the mean over
  its tokens. The loss per token is the mean over all tokens, and perplexity is
  its exponential. Bits per character are the loss of all tokens in bits, ends of
  lines included, over the number of characters. Lines longer than the model's
  block are cut to it, and those with characters that it does not know are left
  out. A stream is measured in windows, by the mean over its characters, all of
  which have to be known. Without --data the text is found as 'microgpt train'
  finds it.

  ARGUMENTS:
    MODEL          The file that 'train --save' has written (- is standard input)

  DATA:
    --data FILE    Measure on the lines of FILE (- is standard input)
    --held-out     Measure only on the lines that the run held out, in its
                   arithmetic
    --offline      Never download; so does MICROGPT_OFFLINE=1

  MEASURING:
    --engine NAME  Arithmetic: exact has microgpt.py's bits, fast has floats and
                   speed (exact or fast; default: exact)

  OUTPUT:
    --lines N      How many lines of the highest and of the lowest loss to show
                   (0 or more; default: 5)
    --json         Print one JSON object

  GENERAL:
    --version      Show the version
    -h, --help     Show this help

  EXAMPLES:
    Measure a model on your own lines:
      microgpt eval model.safetensors --data cities.txt
    Measure it on the lines that its run held out:
      microgpt eval model.safetensors --held-out
    Measure it on many lines, in floats:
      microgpt eval model.safetensors --data many.txt --engine fast --lines 0
  """

private let inspectPage = """
  OVERVIEW: Show what is in a model's file.

  USAGE: microgpt inspect MODEL [OPTIONS]

  It prints sizes, vocabulary, a table of all tensors, how far the run is and the
  command line that repeats it. A file of another program has weights alone,
  without a run.

  ARGUMENTS:
    MODEL       The file that 'train --save' has written (- is standard input)

  OUTPUT:
    --config    Print only the hyperparameters, a line 'key = value' each
    --json      Print one JSON object

  GENERAL:
    --version   Show the version
    -h, --help  Show this help

  EXAMPLES:
    Show a kept model:
      microgpt inspect model.safetensors
    Keep its hyperparameters as text:
      microgpt inspect model.safetensors --config > settings.txt
  """

private let exportPage = """
  OVERVIEW: Write a model for other programs.

  USAGE: microgpt export MODEL [OPTIONS]

  MODEL is a file that 'microgpt train --save' has written, or another program's
  safetensors file. The graph computes logits from tokens; its metadata has the
  vocabulary and all sizes. The safetensors file itself has the weights for other
  programs, and --config writes the sizes that they need beside them.

  ARGUMENTS:
    MODEL          The model, as safetensors (- is standard input)

  FILES:
    --onnx FILE    Write FILE, a graph for ONNX runtimes (operator set 13)
    --float64      Let the graph compute in doubles instead of floats
    --config FILE  Write FILE, the sizes and the vocabulary as JSON
    --force        Replace files that have contents

  GENERAL:
    --version      Show the version
    -h, --help     Show this help

  EXAMPLES:
    Write an ONNX graph of a model:
      microgpt export model.safetensors --onnx model.onnx
    Write its sizes and vocabulary as JSON:
      microgpt export model.safetensors --config config.json
  """

private let verifyPage = """
  OVERVIEW: Check this build against microgpt.py, bit for bit.

  USAGE: microgpt verify [OPTIONS]

  Trains as 'microgpt train' does without options, and compares every loss, all
  parameters and every sample with what CPython gives. There are figures for the
  makemore names and for the built-in ones, which are also taken if input.txt in
  this folder is another text. MICROGPT_ISA=avx2 or baseline verifies the kernels
  that other processors run. The bits are the same on every machine, because
  microgpt computes exp, log, pow, sin and cos itself. CPython calls the machine's
  C library for them; --against-libm tells whether that one gives the same bits.

  DATA:
    --data FILE     Learn from the lines of FILE (- is standard input)
    --offline       Never download; so does MICROGPT_OFFLINE=1

  C LIBRARY:
    --against-libm  Train nothing; compare this machine's C library with
                    microgpt's own functions

  GENERAL:
    --version       Show the version
    -h, --help      Show this help

  EXAMPLES:
    Check on a file of the makemore names:
      microgpt verify --data names.txt
    Check on the makemore names if they are here, else on the built-in ones:
      microgpt verify
    See whether this machine's C library would give the same bits:
      microgpt verify --against-libm
  """

private let namesPage = """
  OVERVIEW: Print the built-in names, one a line.

  USAGE: microgpt names

  They are 2,594 given names from many languages: a text to learn from, for
  microgpt.swift and microgpt_matrix.swift too, which read input.txt.

  GENERAL:
    --version   Show the version
    -h, --help  Show this help

  EXAMPLES:
    Make an input.txt in this folder:
      microgpt names > input.txt
  """

private let tracePage = """
  OVERVIEW: Follow one document through a model, number by number.

  USAGE: microgpt trace [MODEL] DOCUMENT [OPTIONS]

  It shows a forward and a backward pass in the order of execution: tokens,
  embeddings, attention, hidden units, logits, the surprise at every character,
  gradients, and what Adam would move. Each part names the lines of microgpt.swift
  that compute it. Two probes follow: the logits read out after each part, and the
  nearest embeddings. Without MODEL it trains the default run on the built-in
  names, which takes a moment. Nothing is downloaded.

  ARGUMENTS:
    MODEL                The file that 'train --save' has written (- is standard
                         input) (optional)
    DOCUMENT             The characters to follow, such as a name

  WHAT TO SHOW:
    --stage NAME         Show one part (tokens, embedding, attention, mlp, logits,
                         loss, backward, adam, readout or neighbors)
    --ablate LAYER.HEAD  Show only the loss without a head, such as 0.2, or
                         without each in turn (all)
    --check              Only compare gradients with central differences of the
                         loss

  DATA:
    --data FILE          Train on the lines of FILE; with MODEL, measure --ablate
                         on them

  MODEL WITHOUT A FILE:
    --layers N           Transformer layers (1 or more; default: 1)
    --embedding N        Width of the model, a multiple of --heads
                         (1 or more; default: 16)
    --heads N            Attention heads in each layer (1 or more; default: 4)
    --block-size N       Positions the model sees; longer lines are cut
                         (1 or more; default: 16)

  TRAINING WITHOUT A FILE:
    --batch-size N       Documents in each step's batch (1 or more; default: 1)
    --steps N            Optimizer steps (0 or more; default: 1000)
    --learning-rate X    Learning rate of the first step
                         (0 or more; default: 0.01)
    --schedule NAME      Decay of the learning rate to 0; constant has none
                         (linear, cosine or constant; default: linear)
    --beta1 X            Decay rate of Adam's first moment
                         (0 or more but less than 1; default: 0.85)
    --beta2 X            Decay rate of Adam's second moment
                         (0 or more but less than 1; default: 0.99)
    --epsilon X          Keeps Adam from dividing by zero
                         (more than 0; default: 1e-08)
    --weight-decay X     Decoupled weight decay (AdamW), times the learning rate
                         (0 or more; default: 0)
    --init-std X         Standard deviation of the initial parameters
                         (0 or more; default: 0.08)
    --seed N             The same seed and options give the same run
                         (0 to 18446744073709551615; default: 42)

  OUTPUT:
    --json               Print one JSON object with every tensor
    --html FILE          Write the same to FILE, as a page of HTML, instead of
                         printing it
    --force              Let --html replace a file that has contents
    --width N            Columns of the output (default: the terminal's, else 80)
                         (40 to 1000)
    --color WHEN         Color the cells; auto respects NO_COLOR
                         (never, auto or always; default: auto)

  GENERAL:
    --version            Show the version
    -h, --help           Show this help

  EXAMPLES:
    Follow a name through the default run:
      microgpt trace emma
    Look at attention in a kept model:
      microgpt trace model.safetensors emma --stage attention
    The same name in an untrained model:
      microgpt trace emma --steps 0
    What is the loss without head 2 of layer 0?
      microgpt trace emma --ablate 0.2
    All of it as a page:
      microgpt trace emma --html emma.html
    Are the gradients right?
      microgpt trace emma --check
  """
