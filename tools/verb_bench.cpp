// SPDX-License-Identifier: MIT
#include <iostream>

#include "bench/subjects.h"
#include "lsk3d/core/check.h"
#include "lsk3d/io/file.h"
#include "shared_options.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

struct BenchArguments {
  BenchOptions options;
  std::string subject = "conv", json;
};

void check(const BenchOptions& o) {
  for (int kernel : o.kernels)
    LSK3D_CHECK(kernel >= 1 && kernel <= 31 && kernel % 2 == 1, UsageError,
                "--kernel: expected odd numbers from 1 to 31, found ", kernel);
  for (int channels : o.channels)
    LSK3D_CHECK(channels >= 2 && channels <= 1024 && channels % 2 == 0, UsageError,
                "--channels: expected even numbers from 2 to 1024, found ", channels);
  for (int scale : o.scales)
    LSK3D_CHECK(scale >= 1 && scale <= 64, UsageError, "--scale: expected 1 to 64, found ", scale);
  for (const std::string& op : o.ops)
    LSK3D_CHECK(op == "forward" || op == "dgrad" || op == "wgrad", UsageError,
                "--op: expected forward, dgrad or wgrad, found '", op, "'");
  LSK3D_CHECK(o.runs >= 1 && o.runs <= 1000, UsageError, "--runs: expected 1 to 1000, found ",
              o.runs);
  LSK3D_CHECK(o.sparsity >= 0 && o.sparsity < 1, UsageError,
              "--sparsity: expected a share from 0 to below 1, found ", o.sparsity);
  for (double exponent : o.cost_exponents)
    LSK3D_CHECK(exponent >= 0 && exponent <= 2, UsageError,
                "--cost-exponent: expected numbers from 0 to 2, found ", exponent);
  for (double share : o.point_shares)
    LSK3D_CHECK(share > 0 && share <= 1, UsageError,
                "--points: expected shares above 0 and up to 1, found ", share);
  for (int count : o.thread_counts)
    LSK3D_CHECK(count >= 1 && count <= 1024, UsageError,
                "--thread-counts: expected 1 to 1024, found ", count);
  LSK3D_CHECK(o.width_factor >= 1 && o.width_factor <= 8, UsageError,
              "--width-factor: expected 1 to 8, found ", o.width_factor);
}

void run(const BenchArguments& arguments, const SharedOptions& shared) {
  shared.apply(/*takes_bf16=*/true);
  BenchOptions options = arguments.options;
  if (shared.seed >= 0) options.seed = static_cast<std::uint64_t>(shared.seed);
  options.precision = shared.compute_precision();
  check(options);
  options.device = shared.compute_device();
  LSK3D_CHECK(options.precision == Precision::f32 || arguments.subject == "conv" ||
                  arguments.subject == "infer",
              UsageError, "--precision bf16: only bench conv (forward) and bench infer take it");
  std::vector<BenchRow> rows;
  const MachineCeiling machine = measure_ceiling();
  if (arguments.subject == "conv") bench_conv(options, machine, rows);
  else if (arguments.subject == "map") bench_map(options, rows);
  else if (arguments.subject == "infer") bench_infer(options, machine, rows);
  else if (arguments.subject == "train") bench_train(options, machine, rows);
  else if (arguments.subject == "io") bench_io(options, rows);
  else
    throw UsageError("bench: expected conv, map, infer, train or io, found '" + arguments.subject +
                     "'");
  std::cout << bench_table(rows, machine);
  if (!arguments.json.empty()) write_text_file_atomic(arguments.json, bench_json(rows, machine));
}

}  // namespace

void add_bench(CLI::App& app) {
  auto arguments = std::make_shared<BenchArguments>();
  BenchOptions& o = arguments->options;
  CLI::App* verb = app.add_subcommand(
      "bench",
      "Times the parts of lsk3d beside this machine's own matrix and copy rates.\n\n"
      "Examples:\n"
      "  lsk3d bench conv --scan 000000.bin --kernel 3,5,7,9 --scale 1,2\n"
      "  lsk3d bench conv --points 0.25,0.5,1 --channels 32,64,128 --thread-counts 1,2\n"
      "  lsk3d bench infer --scan 000000.bin --sparsity 0.4 --granularity offset,block\n"
      "  lsk3d bench infer --checkpoint dense.safetensors,pruned.safetensors\n"
      "  lsk3d bench map --json map.json\n");
  auto shared = add_shared_options(*verb);
  verb->add_option("subject", arguments->subject, "conv, map, infer, train or io")
      ->capture_default_str();
  verb->add_option("--scan", o.scan, "scan file; a simulated street without it");
  verb->add_option("--checkpoint", o.checkpoints, "infer: these models instead of random weights")
      ->delimiter(',');
  verb->add_option("--kernel", o.kernels, "kernel sizes")->delimiter(',')->capture_default_str();
  verb->add_option("--channels", o.channels, "channel counts")
      ->delimiter(',')
      ->capture_default_str();
  verb->add_option("--scale", o.scales, "1: voxels of 5 cm, 2: of 10 cm, …")
      ->delimiter(',')
      ->capture_default_str();
  verb->add_option("--op", o.ops, "conv: forward, dgrad, wgrad")
      ->delimiter(',')
      ->capture_default_str();
  verb->add_option("--points", o.point_shares, "conv: sectors of the scan, as shares of it")
      ->delimiter(',')
      ->capture_default_str();
  verb->add_option("--thread-counts", o.thread_counts, "conv: rows for each of these")
      ->delimiter(',');
  verb->add_option("--sparsity", o.sparsity,
                   "share of pruned weights, 0 to below 1; timed in turn with the dense ones")
      ->capture_default_str();
  verb->add_option("--granularity", o.granularities,
                   "what is pruned: offset, block, element or 2:4")
      ->delimiter(',')
      ->capture_default_str();
  verb->add_option("--cost-exponent", o.cost_exponents,
                   "what offsets and blocks are pruned by: 0 chance, 1 magnitude per pair of this "
                   "scan, as sds.cost_exponent does")
      ->delimiter(',')
      ->capture_default_str();
  verb->add_option("--width-factor", o.width_factor,
                   "infer, train: compares with the dense network this much wider")
      ->capture_default_str();
  verb->add_option("--runs", o.runs, "timed runs of each row")->capture_default_str();
  verb->add_option("--json", arguments->json, "also writes the rows to this file");
  verb->callback([arguments, shared] { run(*arguments, *shared); });
}

}  // namespace lsk3d::cli
