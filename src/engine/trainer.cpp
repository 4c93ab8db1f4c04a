// SPDX-License-Identifier: MIT
#include "lsk3d/engine/trainer.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <optional>

#include "channel_selection.h"
#include "fine_tuning.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/core/profile_range.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/evaluator.h"
#include "lsk3d/io/file.h"
#include "lsk3d/ops/precision.h"
#include "lsk3d/optim/clip.h"
#include "lsk3d/optim/schedule.h"
#include "resuming.h"
#include "run_directory.h"
#include "training_log.h"
#include "training_plan.h"
#include "training_state.h"
#include "training_step.h"

namespace lsk3d {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// A resumed run goes on with the label map that it began with, wherever its file is by now.
LabelMap labels_of(const Config& config, const std::optional<SavedRun>& saved) {
  return saved ? label_map_of(saved->info) : load_label_map(config.data.label_map);
}

bool has_labels(const Batch& batch) {
  const auto classes = batch.classes.span<std::int32_t>();
  return std::any_of(classes.begin(), classes.end(), [](std::int32_t c) { return c > 0; });
}

/// What happened in one optimizer step.
struct StepEvents {
  StepReport report;
  std::optional<SdsUpdate> sds;
  bool channels_cut = false;
};

class Trainer {
 public:
  Trainer(const Config& config, const TrainOptions& options, TrainObserver& observer)
      : start_(options.resume || options.init.empty()
                   ? nullptr
                   : std::make_unique<StartingModel>(options.init)),
        config_(start_ ? start_->adapt(config, options.set_keys) : config),
        options_(options),
        observer_(observer),
        precision_(training_precision(config_, options.device)),
        run_(options.run_dir, options.resume),
        saved_(options.resume ? std::optional(saved_run(run_.state())) : std::nullopt),
        labels_(labels_of(config_, saved_)),
        train_set_(std::make_shared<SemanticKittiDataset>(options.data_dir, config_.data.train,
                                                          labels_, dataset_options(config_))),
        valid_set_(options.data_dir, config_.data.valid, labels_, dataset_options(config_)),
        bad_valid_(valid_set_),
        loader_(train_set_, training_loader(config_, options.device)),
        total_steps_(loader_.batches_per_epoch() * config_.train.epochs),
        position_(saved_ ? saved_->position : TrainingPosition{}),
        cut_total_steps_(saved_ ? position_.cut_total_steps : total_steps_),
        model_(model_at(config_, position_.step, cut_total_steps_), config_.voxels,
               config_.train.seed),
        optimizer_(
            make_optimizer(parameters_on(options.device), optimizer_settings(config_.train))),
        schedule_(make_schedule(schedule_settings(config_.train, loader_.batches_per_epoch()))),
        log_(run_, config_, labels_.class_names) {
    if (saved_) check_resumable(*saved_, config_, loader_.batches_per_epoch());
    position_.total_steps = total_steps_;
    position_.cut_total_steps = cut_total_steps_;
    LSK3D_CHECK(labels_.classes() == config_.model.classes, UsageError, "model.classes: expected ",
                labels_.classes(), " as in the label map '", labels_.name, "', found ",
                config_.model.classes, "; leave the key out, the label map says it");
    if (start_) start_->copy_to(model_);
    class_weights_ = loss_weights().to(options.device);
    if (config_.sds.enabled)
      sds_ = std::make_unique<Sds>(
          model_.sparse_parameters(), config_.sds, config_.train.seed, total_steps_,
          start_ && start_->is_sparse() ? FirstMasks::of_zeros : FirstMasks::drawn);
    start_.reset();
    if (config_.cws.enabled)
      selection_ = std::make_unique<ChannelSelection>(model_, config_, cut_total_steps_);
    input_ = saved_ ? saved_->info.input : measure_input(*train_set_, config_.voxels);
    if (saved_) {
      load_training_state(run_.state(), model_, *optimizer_, sds_.get(), position_.step,
                          selection_.get());
      // First: were the state to come first and the work to end here, the file would shorten the run.
      if (saved_->config.train.epochs != config_.train.epochs)
        write_text_file_atomic(run_.config(), to_yaml(config_));
      // A validation that was recorded but not saved is done again.
      run_.truncate_metrics(position_.step, position_.batch == loader_.batches_per_epoch());
    } else {
      run_.write_config(to_yaml(config_));
      save_state();  // from the first moment on there is something to resume from
    }
  }

  TrainResult run() {
    const bool was_finished = position_.epoch >= config_.train.epochs;
    while (position_.epoch < config_.train.epochs && !interrupted_) run_epoch();
    log_.write_page();
    name_bad_scans();
    TrainResult result;
    result.interrupted = interrupted_;
    result.was_finished = was_finished;
    result.steps = position_.step;
    result.epochs = position_.epoch;
    result.best_miou = position_.best_miou;
    return result;
  }

 private:
  /// What an error in each class counts, by how rare the class is; all 1 where that is turned off.
  Tensor loss_weights() {
    if (!config_.train.class_weights) return Tensor::full({config_.model.classes}, 1.0);
    const bool counted_there =
        std::accumulate(labels_.point_counts.begin(), labels_.point_counts.end(), 0.0) > 0;
    if (config_.train.class_counts == "label_map" && counted_there) return labels_.loss_weights();
    if (config_.train.class_counts == "label_map")
      log_info(str_cat("train.class_counts: the label map '", labels_.name,
                       "' says no counts of points; those of the training set are taken"));
    LabelMap counted = labels_;
    counted.point_counts = train_set_->class_points(&loader_.bad_scans());
    counted.point_counts[0] = 0;  // the loss leaves these points out
    LSK3D_CHECK(std::accumulate(counted.point_counts.begin(), counted.point_counts.end(), 0.0) > 0,
                DataError, nothing_to_learn());
    return counted.loss_weights();
  }

  /// Moves the model first: an optimizer's state lies where the parameters are.
  std::vector<Parameter*> parameters_on(Device device) {
    model_.to(device);
    return model_.parameters();
  }

  void run_epoch() {
    model_.train(true);
    loader_.start_epoch(position_.epoch, position_.batch);
    const bool whole = position_.batch == 0;
    bool labelled = false;
    auto step_begin = Clock::now();
    double waited = 0;
    while (auto batch = loader_.next()) {
      ++position_.batch;
      if (batch->points.size() < 2) continue;  // batch statistics need two points
      labelled = labelled || has_labels(*batch);
      StepEvents events = step(*batch);
      events.report.seconds = seconds_since(step_begin);
      events.report.wait_seconds = loader_.wait_seconds() - waited;
      tell(events);
      waited = loader_.wait_seconds();
      step_begin = Clock::now();
      if (options_.should_stop && options_.should_stop()) {
        interrupted_ = true;
        save();
        return;
      }
      if (config_.train.save_minutes > 0 &&
          seconds_since(last_save_) > 60 * config_.train.save_minutes)
        save();
    }
    LSK3D_CHECK(labelled || !whole, DataError, nothing_to_learn());
    if (validation_is_due()) {
      save();  // at the end of the epoch, from where a resumed run validates: that may fail
      if (!validate()) {
        interrupted_ = true;
        return;
      }
    }
    ++position_.epoch;
    position_.batch = 0;
    save();
  }

  /// After the present epoch.
  bool validation_is_due() const {
    const int every = config_.train.validate_every, done = position_.epoch + 1;
    return valid_set_.size() > 0 &&
           (done == config_.train.epochs || (every > 0 && done % every == 0));
  }

  /// A log that cannot be written, as on a full disk, ends the run, but not without its last steps.
  void tell(const StepEvents& events) {
    try {
      if (events.sds) {
        observer_.on_sds_update(position_.step, *events.sds);
        log_.add(position_.step, *events.sds);
      }
      if (events.channels_cut) {
        observer_.on_channels_cut(position_.step, model_.settings());
        log_.add_width(position_.step, model_.settings(), parameter_count());
      }
      observer_.on_step(events.report);
      log_.add(events.report);
    } catch (const DataError&) {
      try {
        save();
      } catch (const DataError&) {  // the first error says more; what was saved before is whole
      }
      throw;
    }
  }

  StepEvents step(const Batch& batch) {
    const ProfileRange whole("training step");
    StepEvents events;
    StepReport& report = events.report;
    const PrecisionScope precision(precision_);
    const StepLosses losses =
        compute_gradients(model_, batch, class_weights_, config_.train, position_.step + 1);
    const Schedule::Value now = schedule_->at(position_.step, position_.epoch);
    optimizer_->set_lr(now.lr);
    optimizer_->set_momentum(now.momentum);
    {
      const ProfileRange range("optimizer");
      optimizer_->step(clip_scale(losses.grad_norm, config_.train.clip_norm));
    }
    ++position_.step;
    const ProfileRange range("sparsity");
    SdsUpdate update;
    OffsetPairCounts pairs;
    if (sds_ && sds_->needs_pairs(position_.step, position_.epoch))
      pairs = model_.offset_pairs(batch.pyramid.levels.empty() ? model_.build_pyramid(batch.points)
                                                               : batch.pyramid);
    if (sds_ && sds_->after_step(position_.step, position_.epoch, *optimizer_, &update, pairs))
      events.sds = update;
    if (selection_ && selection_->after_step(position_.step, *optimizer_, sds_.get())) {
      position_.best_miou = -1;  // was that of a wider network
      events.channels_cut = true;
    }
    report.step = position_.step;
    report.total_steps = total_steps_;
    report.epoch = position_.epoch;
    report.epochs = config_.train.epochs;
    report.loss = losses.total;
    report.cross_entropy = losses.cross_entropy;
    report.lovasz = losses.lovasz;
    report.grad_norm = losses.grad_norm;
    report.lr = now.lr;
    report.points = batch.points.size();
    report.sparsity = sds_ ? sds_->sparsity() : 0;
    return events;
  }

  /// Why an epoch has taught nothing.
  std::string nothing_to_learn() {
    const auto bad = loader_.bad_scans().reasons();
    const std::size_t all = train_set_->size() + train_set_->without_labels().size();
    if (bad.size() == all)
      return str_cat("training: none of the ", all, " scans can be used; the first: ",
                     bad.begin()->second);
    return str_cat("training: expected points with labels to learn from, found none in ", all,
                   " scans (", bad.size(),
                   " of them left out); are data.train, data.label_map and voxels those of this "
                   "data set?");
  }

  void name_bad_scans() {
    const auto name = [](const char* split, const SemanticKittiDataset& set, const BadScans& bad) {
      const std::string text = bad.summary(set.size() + set.without_labels().size());
      if (!text.empty()) log_warning(str_cat(split, ": ", text));
    };
    name("training", *train_set_, loader_.bad_scans());
    name("validation", valid_set_, bad_valid_);
  }

  std::int64_t parameter_count() {
    std::int64_t parameters = 0;
    for (const Parameter* p : model_.parameters()) parameters += p->value().numel();
    return parameters;
  }

  /// False where should_stop ended it early; nothing is recorded then.
  bool validate() {
    struct Stop {};
    EvalResult result;
    try {
      result = evaluate(model_, valid_set_, PredictSettings{}, "api",
                        [this](std::int64_t done, std::int64_t all) {
                          if (done < all && options_.should_stop && options_.should_stop())
                            throw Stop{};
                        },
                        &bad_valid_);
    } catch (const Stop&) {
      return false;
    }
    if (result.scans == 0) {
      log_warning(str_cat("validation: none of the ", result.left_out,
                          " scans can be used; the network is not judged"));
      return true;
    }
    // With few scans many classes are absent; the mean over those present tells runs apart.
    const double miou = result.report.miou_present;
    const bool best = miou > position_.best_miou;
    if (best) position_.best_miou = miou;
    position_.last_miou = result.report.miou;
    log_.add(position_.step, result);
    if (best) save_checkpoint(run_.best(), model_, info_after_epoch());
    observer_.on_validation(position_.epoch + 1, result.report, best);
    return true;
  }

  CheckpointInfo info_after_epoch() const {
    CheckpointInfo whole = info();
    ++whole.epoch;
    return whole;
  }

  CheckpointInfo info() const {
    return {config_,         labels_,             input_,         position_.step,
            position_.epoch, position_.last_miou, git_revision()};
  }

  /// The state comes last: whoever resumes reads nothing else, so a kill between the two files is
  /// as good as one before them.
  void save() {
    save_checkpoint(run_.last(), model_, info());
    save_state();
  }

  void save_state() {
    save_training_state(run_.state(), model_, *optimizer_, sds_.get(), position_, info(),
                        selection_.get());
    last_save_ = Clock::now();
  }

  std::unique_ptr<StartingModel> start_;  // until its weights are taken over
  const Config config_;
  const TrainOptions& options_;
  TrainObserver& observer_;
  const Precision precision_;
  RunDirectory run_;
  std::optional<SavedRun> saved_;  // what is resumed
  LabelMap labels_;
  std::shared_ptr<SemanticKittiDataset> train_set_;
  SemanticKittiDataset valid_set_;
  BadScans bad_valid_;
  Loader loader_;
  std::int64_t total_steps_;
  TrainingPosition position_;
  std::int64_t cut_total_steps_;
  Lsk3dNet model_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Schedule> schedule_;
  TrainingLog log_;
  std::unique_ptr<Sds> sds_;
  std::unique_ptr<ChannelSelection> selection_;
  Tensor class_weights_;
  InputStatistics input_;
  Clock::time_point last_save_ = Clock::now();
  bool interrupted_ = false;
};

}  // namespace

TrainResult train(const Config& config, const TrainOptions& options, TrainObserver& observer) {
  return Trainer(config, options, observer).run();
}

}  // namespace lsk3d
