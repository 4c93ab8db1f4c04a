// SPDX-License-Identifier: MIT
#include <cstdio>
#include <iostream>

#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/engine/trainer.h"
#include "progress_bar.h"
#include "shared_options.h"
#include "stop_signal.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

struct TrainArguments {
  std::string config, data, out, init;
  std::vector<std::string> set;
  bool resume = false;
};

/// Shows progress on stderr and validation results on stdout.
class TrainPrinter : public TrainObserver {
 public:
  explicit TrainPrinter(bool quiet) : quiet_(quiet) {}

  void on_step(const StepReport& r) override {
    if (!bar_) bar_ = std::make_unique<ProgressBar>("train", "step", r.total_steps, quiet_);
    waited_ += r.wait_seconds;
    spent_ += r.seconds;
    char details[160];
    std::snprintf(details, sizeof details, "epoch %d/%d  loss %.4f  lr %.2e  data wait %.0f %%",
                  r.epoch + 1, r.epochs, r.loss, r.lr, 100 * waited_ / std::max(spent_, 1e-9));
    bar_->update(r.step, details);
  }

  void on_sds_update(std::int64_t step, const SdsUpdate& u) override {
    if (quiet_) return;
    if (bar_) bar_->clear();
    log_info(str_cat("step ", step, ": SDS pruned ", u.pruned, " and regrew ", u.grown,
                     " weights (prune rate ", u.prune_rate, ", sparsity ", u.sparsity, ")"));
  }

  void on_channels_cut(std::int64_t step, const ModelSettings& model) override {
    if (quiet_) return;
    if (bar_) bar_->clear();
    log_info(str_cat("step ", step, ": CWS cut the network to ", model.channels, " channels",
                     model.inner_channels > 0
                         ? str_cat(" (", model.inner_channels, " inside residual blocks)")
                         : std::string()));
  }

  void on_validation(int epochs, const IouReport& report, bool best) override {
    if (bar_) bar_->clear();
    char text[200];
    std::snprintf(text, sizeof text,
                  "epoch %d: mIoU %.2f %%  over the classes present %.2f %%  accuracy %.2f %%%s",
                  epochs, 100 * report.miou, 100 * report.miou_present, 100 * report.accuracy,
                  best ? "  (best)" : "");
    std::cout << text << std::endl;
  }

 private:
  bool quiet_;
  std::unique_ptr<ProgressBar> bar_;
  double waited_ = 0, spent_ = 0;
};

void run(const TrainArguments& arguments, const SharedOptions& shared) {
  shared.apply(/*takes_bf16=*/true);
  std::vector<std::string> overrides = arguments.set;
  if (shared.seed >= 0) overrides.push_back("train.seed=" + std::to_string(shared.seed));
  if (shared.precision == "bf16") overrides.push_back("train.precision=bf16");
  std::string config_path = arguments.config;
  if (config_path.empty()) {
    LSK3D_CHECK(arguments.resume, UsageError, "--config: expected the YAML file of the run");
    config_path = arguments.out + "/config.yaml";
  }
  const Config config = load_config(config_path, overrides);
  catch_stop_signals();
  TrainOptions options;
  options.data_dir = arguments.data;
  options.run_dir = arguments.out;
  options.resume = arguments.resume;
  options.init = arguments.init;
  for (const std::string& assignment : overrides)
    options.set_keys.push_back(assignment.substr(0, assignment.find('=')));
  LSK3D_CHECK(!arguments.resume || arguments.init.empty(), UsageError,
              "--init: expected on a new run, found it with --resume, which goes on with the run's "
              "own weights; leave one of them out");
  options.device = shared.compute_device();
  options.should_stop = [] { return stop_signal() != 0; };
  TrainResult result;
  {
    TrainPrinter printer(shared.quiet);
    result = train(config, options, printer);
  }
  if (result.interrupted) {
    std::cerr << "lsk3d: stopped by a signal after step " << result.steps
              << "; the run is saved in " << arguments.out
              << ". Go on with: lsk3d train --resume --data " << arguments.data << " --out "
              << arguments.out << '\n';
    throw Interrupted{128 + stop_signal()};
  }
  if (result.was_finished) {
    std::cout << "already finished: " << result.steps << " steps in " << result.epochs
              << " epochs; model: " << arguments.out
              << "/last.safetensors; to train on: --set train.epochs=N\n";
    return;
  }
  std::cout << "trained " << result.steps << " steps in " << result.epochs
            << " epochs; model: " << arguments.out << "/last.safetensors\n";
}

}  // namespace

void add_train(CLI::App& app) {
  auto arguments = std::make_shared<TrainArguments>();
  CLI::App* verb = app.add_subcommand(
      "train",
      "Trains a network on a data set in SemanticKITTI layout.\n\n"
      "Examples:\n"
      "  lsk3d train --config configs/lsk3dnet_semantickitti.yaml --data /data/kitti --out runs/a\n"
      "  lsk3d train --config configs/lsk3dnet_small.yaml --data streets --out runs/b --set "
      "train.lr=0.002\n"
      "  lsk3d train --config configs/lsk3dnet_small.yaml --data /data/mine --out runs/c --init "
      "runs/b/best.safetensors\n"
      "  lsk3d train --config configs/lsk3dnet_semantickitti.yaml --data /data/kitti --out runs/d "
      "--init imported.safetensors --set sds.stop_epoch=0   (fine-tuning: its masks stay)\n"
      "  lsk3d train --resume --data streets --out runs/b\n"
      "  lsk3d train --resume --data streets --out runs/b --set train.epochs=40   (longer than "
      "planned)\n");
  auto shared = add_shared_options(*verb);
  verb->add_option("--config", arguments->config,
                   "YAML file; with --resume the run's own by default");
  verb->add_option("--data", arguments->data, "folder that holds sequences/")->required();
  verb->add_option("--out", arguments->out, "folder of the run")->required();
  verb->add_option("--set", arguments->set, "overrides one key, as in --set train.lr=0.01")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb->add_option("--init", arguments->init,
                   "model file that the run starts from; its masks, normals and volume are taken "
                   "over");
  verb->add_flag("--resume", arguments->resume, "goes on with the run in --out");
  verb->callback([arguments, shared] { run(*arguments, *shared); });
}

}  // namespace lsk3d::cli
