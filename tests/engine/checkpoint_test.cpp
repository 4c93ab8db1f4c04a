// SPDX-License-Identifier: MIT
#include "lsk3d/engine/checkpoint.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "lsk3d/models/model_state.h"
#include "support/tiny_dataset.h"
#include "resuming.h"
#include "training_state.h"

namespace lsk3d {
namespace {

using testing_support::read_bytes;
using testing_support::ScratchFolder;
using testing_support::tiny_config_path;
using testing_support::write_bytes;

CheckpointInfo tiny_info() {
  CheckpointInfo info;
  info.config = load_config(tiny_config_path());
  info.labels = load_label_map(info.config.data.label_map);
  info.step = 12;
  info.epoch = 3;
  info.miou = 0.1 + 0.2;
  info.git_revision = "abc";
  return info;
}

std::unique_ptr<Lsk3dNet> tiny_model(std::uint64_t seed) {
  const Config config = load_config(tiny_config_path());
  return std::make_unique<Lsk3dNet>(config.model, config.voxels, seed);
}

template <typename Action>
std::string data_error(Action action) {
  try {
    action();
  } catch (const DataError& e) {
    return e.what();
  }
  return "(no DataError)";
}

TEST(Checkpoint, RoundTripsBitForBit) {
  const ScratchFolder folder("checkpoint");
  const auto model = tiny_model(5);
  save_checkpoint(folder / "m.safetensors", *model, tiny_info());
  const LoadedModel loaded = load_checkpoint(folder / "m.safetensors");
  EXPECT_EQ(to_yaml(loaded.info.config), to_yaml(tiny_info().config));
  EXPECT_EQ(loaded.info.labels, tiny_info().labels);
  EXPECT_EQ(loaded.info.step, 12);
  EXPECT_EQ(loaded.info.epoch, 3);
  EXPECT_EQ(loaded.info.miou, 0.1 + 0.2);
  EXPECT_EQ(loaded.info.git_revision, "abc");
  EXPECT_FALSE(loaded.model->training());
  const auto a = model->parameters(), b = loaded.model->parameters();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_EQ(std::memcmp(a[i]->value().raw(), b[i]->value().raw(), a[i]->value().bytes()), 0)
        << a[i]->name;
  save_checkpoint(folder / "again.safetensors", *loaded.model, loaded.info);
  EXPECT_EQ(read_bytes(folder / "m.safetensors"), read_bytes(folder / "again.safetensors"));
}

TEST(Checkpoint, EveryTruncationIsADataErrorThatNamesTheFile) {
  const ScratchFolder folder("truncated");
  save_checkpoint(folder / "m.safetensors", *tiny_model(5), tiny_info());
  const std::string bytes = read_bytes(folder / "m.safetensors");
  for (std::size_t keep : {std::size_t{0}, std::size_t{4}, std::size_t{8}, std::size_t{100},
                           bytes.size() / 2, bytes.size() - 1}) {
    write_bytes(folder / "cut.safetensors", bytes.data(), keep);
    EXPECT_NE(
        data_error([&] { load_checkpoint(folder / "cut.safetensors"); }).find("cut.safetensors"),
        std::string::npos)
        << keep << " bytes kept";
  }
  EXPECT_NE(data_error([&] { load_checkpoint(folder / "absent.safetensors"); }).find("absent"),
            std::string::npos);
}

TEST(Checkpoint, ForeignFilesAndMetadataAreRefused) {
  const ScratchFolder folder("foreign");
  const std::string path = folder / "m.safetensors";
  const auto message_with = [&](auto change) {
    TensorFile file;
    const auto model = tiny_model(5);
    save_state(*model, file);
    file.metadata = to_metadata(tiny_info());
    change(file);
    write_safetensors(path, file);
    return data_error([&] { load_checkpoint(path); });
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"format", "pt"},     {"version", "99"},
      {"version", "new"},   {"config", "model: {chanels: 8}"},
      {"label_map", "{"}, {"step", "x"}};
  for (const auto& [key, value] : cases) {
    const std::string message = message_with([&](TensorFile& file) { file.metadata[key] = value; });
    EXPECT_NE(message.find("m.safetensors"), std::string::npos) << key << ": " << message;
    const std::string missing = message_with([&](TensorFile& file) { file.metadata.erase(key); });
    EXPECT_NE(missing.find(key), std::string::npos) << missing;
  }
  const std::string renamed =
      message_with([](TensorFile& file) { file.tensors[0].first = "other"; });
  EXPECT_NE(renamed.find("other"), std::string::npos) << renamed;
  const std::string shape =
      message_with([](TensorFile& file) { file.tensors[2].second = Tensor::zeros({2}); });
  EXPECT_NE(shape.find("[2]"), std::string::npos) << shape;
  const std::string wider = message_with([](TensorFile& file) {
    CheckpointInfo info = tiny_info();
    info.config.model.channels = 10;
    file.metadata = to_metadata(info);
  });
  EXPECT_NE(wider.find("channels"), std::string::npos) << wider;
}

OptimizerSettings adam() {
  OptimizerSettings settings;
  settings.name = "adamw";
  return settings;
}

struct Training {
  explicit Training(std::uint64_t seed)
      : model(tiny_model(seed)),
        optimizer(make_optimizer(model->parameters(), adam())),
        sds(model->sparse_parameters(), tiny_info().config.sds, seed, 100) {}

  /// One step on gradients of 0.01 · seed everywhere.
  void step(std::int64_t count, double gradient) {
    for (Parameter* p : model->parameters()) {
      p->variable.clear_grad();
      p->variable.accumulate(Tensor::full(p->value().shape(), gradient));
    }
    optimizer->set_lr(0.01);
    optimizer->set_momentum(0.9);
    optimizer->step();
    sds.after_step(count, 0, *optimizer);
  }

  std::unique_ptr<Lsk3dNet> model;
  std::unique_ptr<Optimizer> optimizer;
  Sds sds;
};

TEST(TrainingState, ContinuesBitForBit) {
  const ScratchFolder folder("state");
  Training a(1), b(2);
  for (int i = 1; i <= 5; ++i) a.step(i, 0.01 * i);
  TrainingPosition position;
  position.step = 5, position.epoch = 1, position.batch = 2, position.total_steps = 100;
  position.best_miou = 0.3, position.last_miou = 1.0 / 3;
  save_training_state(folder / "s.safetensors", *a.model, *a.optimizer, &a.sds, position,
                      tiny_info());
  const TrainingPosition back = saved_run(folder / "s.safetensors").position;
  load_training_state(folder / "s.safetensors", *b.model, *b.optimizer, &b.sds, back.step);
  EXPECT_EQ(back.step, 5);
  EXPECT_EQ(back.epoch, 1);
  EXPECT_EQ(back.batch, 2);
  EXPECT_EQ(back.best_miou, 0.3);
  EXPECT_EQ(back.last_miou, 1.0 / 3);
  // Step 8 is an SDS update; its random growth depends on the seed, which both share from here on.
  for (int i = 6; i <= 7; ++i) a.step(i, -0.02 * i), b.step(i, -0.02 * i);
  for (std::size_t i = 0; i < a.model->parameters().size(); ++i) {
    const Tensor &x = a.model->parameters()[i]->value(), &y = b.model->parameters()[i]->value();
    EXPECT_EQ(std::memcmp(x.raw(), y.raw(), x.bytes()), 0) << a.model->parameters()[i]->name;
  }
}

TEST(TrainingState, AnotherConfigurationOrDataSetIsRefused) {
  const ScratchFolder folder("state_config");
  Training a(1);
  TrainingPosition position;
  position.total_steps = 10 * tiny_info().config.train.epochs;
  save_training_state(folder / "s.safetensors", *a.model, *a.optimizer, &a.sds, position,
                      tiny_info());
  const SavedRun saved = saved_run(folder / "s.safetensors");
  const auto resume = [&](const Config& config, std::int64_t steps_per_epoch) {
    check_resumable(saved, config, steps_per_epoch);
  };
  Config config = tiny_info().config;
  EXPECT_THROW(resume(config, 9), UsageError);
  config.train.workers = 3;
  config.train.save_minutes = 1;
  EXPECT_NO_THROW(resume(config, 10));  // changes no number
  config.train.lr = 0.5;
  try {
    resume(config, 10);
    FAIL() << "no error";
  } catch (const UsageError& e) {
    EXPECT_NE(std::string(e.what()).find("train.lr: expected 0.005"), std::string::npos)
        << e.what();
  }
  save_checkpoint(folder / "m.safetensors", *a.model, tiny_info());
  EXPECT_THROW(saved_run(folder / "m.safetensors"), DataError);
}

}  // namespace
}  // namespace lsk3d
