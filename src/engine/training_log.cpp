// SPDX-License-Identifier: MIT
#include "training_log.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "html_report.h"
#include "lsk3d/io/file.h"

namespace lsk3d {

using Json = nlohmann::ordered_json;

TrainingLog::TrainingLog(const RunDirectory& run, const Config& config,
                         std::vector<std::string> class_names)
    : run_(run), config_(config), class_names_(std::move(class_names)), events_(run.tensorboard()) {}

void TrainingLog::add(const StepReport& report) {
  if (report.step % config_.train.log_every != 0 && report.step != 1) return;
  Json line{{"step", report.step},
            {"epoch", report.epoch},
            {"loss", report.loss},
            {"cross_entropy", report.cross_entropy},
            {"lovasz", report.lovasz},
            {"lr", report.lr},
            {"grad_norm", report.grad_norm},
            {"seconds", report.seconds},
            {"wait_seconds", report.wait_seconds},
            {"points", report.points}};
  if (config_.sds.enabled) line["sparsity"] = report.sparsity;
  run_.append_metrics(line.dump());
  events_.scalar("train/loss", report.loss, report.step);
  events_.scalar("train/lr", report.lr, report.step);
  events_.scalar("train/grad_norm", report.grad_norm, report.step);
  events_.flush();
}

void TrainingLog::add(std::int64_t step, const SdsUpdate& update) {
  run_.append_metrics(Json{{"step", step},
                           {"sds",
                            {{"prune_rate", update.prune_rate},
                             {"pruned", update.pruned},
                             {"grown", update.grown},
                             {"sparsity", update.sparsity}}}}
                          .dump());
  events_.scalar("sds/sparsity", update.sparsity, step);
  events_.scalar("sds/prune_rate", update.prune_rate, step);
}

void TrainingLog::add_width(std::int64_t step, const ModelSettings& model,
                            std::int64_t parameters) {
  run_.append_metrics(Json{{"step", step},
                           {"cws",
                            {{"channels", model.channels},
                             {"inner_channels", model.inner_channels},
                             {"parameters", parameters}}}}
                          .dump());
  events_.scalar("cws/channels", model.channels, step);
  events_.scalar("cws/parameters", static_cast<double>(parameters), step);
}

void TrainingLog::add(std::int64_t step, const EvalResult& validation) {
  const IouReport& report = validation.report;
  run_.append_metrics(Json{{"step", step},
                           {"valid",
                            {{"miou", report.miou},
                             {"miou_present", report.miou_present},
                             {"accuracy", report.accuracy}}}}
                          .dump());
  events_.scalar("valid/miou", report.miou, step);
  events_.scalar("valid/miou_present", report.miou_present, step);
  write_text_file_atomic(run_.valid_json(), to_json(validation, class_names_, "valid"));
  write_text_file_atomic(run_.report() + "/valid.txt",
                         format_table(validation, class_names_, "valid"));
  write_page();
}

void TrainingLog::write_page() const {
  const auto text_of = [](const std::string& path) {
    return std::filesystem::exists(path) ? read_text_file(path) : std::string();
  };
  write_text_file_atomic(run_.report() + "/index.html",
                         training_report_html(text_of(run_.metrics()), text_of(run_.valid_json()),
                                              to_yaml(config_)));
}

}  // namespace lsk3d
