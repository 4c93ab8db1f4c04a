// SPDX-License-Identifier: MIT
#include "lsk3d/data/loader.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <new>
#include <numeric>
#include <thread>

#include "augment.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/data/normals.h"
#include "scan_cache.h"

namespace lsk3d {
namespace {

constexpr std::uint64_t kOrderPurpose = 1, kSamplePurpose = 2;  // name the streams of an epoch
constexpr int kMaxWorkers = 256;

/// Rethrows the current exception as the same kind of error, with `path` in front unless it names
/// it.
[[noreturn]] void rethrow_naming(const std::string& path) {
  auto named = [&](const std::exception& error) {
    const std::string what = error.what();
    return what.find(path) == std::string::npos ? path + ": " + what : what;
  };
  try {
    throw;
  } catch (const UsageError& error) {
    throw UsageError(named(error));
  } catch (const DeviceError& error) {
    throw DeviceError(named(error));
  } catch (const DataError& error) {
    throw DataError(named(error));
  } catch (const std::bad_alloc&) {
    throw DeviceError(path +
                      ": out of memory while preparing this scan; lower train.batch_size or "
                      "the number of workers");
  } catch (const std::exception& error) {
    throw InternalError(named(error));
  }
}

/// What is left of a batch whose scans cannot be used.
Batch empty_batch() {
  Batch batch;
  batch.points = {Tensor::zeros({0, 4}), Tensor::zeros({0, 3}), Tensor::zeros({0}, DType::i32), 0};
  batch.sample_start = {0};
  return batch;
}

}  // namespace

/// An epoch as (order, position), handed out batch by batch; workers fill `ready` ahead of it.
struct Loader::State {
  State(std::shared_ptr<const SemanticKittiDataset> dataset_, const LoaderSettings& settings_)
      : dataset(std::move(dataset_)),
        settings(settings_),
        bad(*dataset),
        cache(dataset, settings.voxels, settings.cache_scans ? settings.cache_bytes : 0) {}

  struct Result {
    std::optional<Batch> batch;
    std::exception_ptr error;
  };
  struct Epoch {
    std::int64_t number = 0;
    std::vector<std::size_t> order;  // data set index by position
  };

  std::int64_t batches() const {
    const auto size = static_cast<std::int64_t>(dataset->size());
    return settings.drop_last ? size / settings.batch_size
                              : (size + settings.batch_size - 1) / settings.batch_size;
  }

  Epoch epoch_of(std::int64_t number) const {
    Epoch e{number, std::vector<std::size_t>(dataset->size())};
    std::iota(e.order.begin(), e.order.end(), std::size_t{0});
    if (!settings.shuffle) return e;
    Rng rng(settings.seed, mix_stream(static_cast<std::uint64_t>(number), 0, kOrderPurpose));
    for (std::size_t i = e.order.size(); i > 1; --i)
      std::swap(e.order[i - 1], e.order[rng.below(i)]);
    return e;
  }

  /// Nothing where the scan cannot be used and is left out; a partner that cannot be used is none.
  std::optional<Sample> sample(const Epoch& e, std::size_t position) {
    const std::size_t index = e.order[position];
    try {
      const std::uint64_t stream =
          mix_stream(static_cast<std::uint64_t>(e.number), position, kSamplePurpose);
      const auto scan = cache.read(index, bad);
      if (!scan) return std::nullopt;
      std::shared_ptr<const LabelledScan> partner;
      if (settings.augment && dataset->size() > 1) {
        const MixChoice mix = choose_mix(settings.augmentation, settings.seed, stream);
        const std::size_t other =
            (index + 1 + mix.partner % (dataset->size() - 1)) % dataset->size();
        if (mix.any()) partner = cache.read(other, bad);
      }
      return prepare_sample(*scan, settings, stream, partner.get());
    } catch (...) {
      rethrow_naming(dataset->entries()[index].scan_path);
    }
  }

  Result load(const Epoch& e, std::int64_t batch) {
    Result result;
    try {
      const auto size = static_cast<std::size_t>(settings.batch_size);
      const std::size_t begin = static_cast<std::size_t>(batch) * size;
      const std::size_t end = std::min(begin + size, e.order.size());
      std::vector<Sample> samples;
      for (std::size_t i = begin; i < end; ++i)
        if (auto usable = sample(e, i)) samples.push_back(std::move(*usable));
      if (samples.empty()) {
        result.batch = empty_batch();
        return result;
      }
      const std::string path = samples.front().path;
      try {
        result.batch = collate(std::move(samples), settings);
      } catch (...) {
        rethrow_naming(path);
      }
    } catch (...) {
      result.error = std::current_exception();
    }
    return result;
  }

  void work() {
    const SerialScope serial;  // the cores belong to the training thread's loops
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] {
        return quit || (next_start < batches() && next_start < next_give + window());
      });
      if (quit) return;
      const std::int64_t batch = next_start++;
      const std::uint64_t mine = generation;
      const std::shared_ptr<const Epoch> e = epoch;
      lock.unlock();
      Result result = load(*e, batch);
      lock.lock();
      if (mine != generation) continue;  // another epoch was started meanwhile
      ready.emplace(batch, std::move(result));
      done.notify_one();
    }
  }

  std::int64_t window() const { return std::max({settings.prefetch, settings.workers, 1}); }

  std::shared_ptr<const SemanticKittiDataset> dataset;
  const LoaderSettings settings;
  BadScans bad;
  ScanCache cache;
  std::vector<std::thread> threads;
  std::mutex mutex;  // guards everything below
  std::condition_variable wake, done;
  std::shared_ptr<const Epoch> epoch;
  std::map<std::int64_t, Result> ready;
  std::int64_t next_start = 0, next_give = 0;
  std::uint64_t generation = 0;
  double waited = 0;
  bool quit = false;
};

Loader::Loader(std::shared_ptr<const SemanticKittiDataset> dataset,
               const LoaderSettings& settings) {
  LSK3D_ASSERT(dataset != nullptr, "a loader needs a data set");
  LSK3D_CHECK(settings.batch_size >= 1, UsageError, "batch_size: expected at least 1, found ",
              settings.batch_size);
  LSK3D_CHECK(settings.workers >= 0 && settings.workers <= kMaxWorkers, UsageError,
              "workers: expected 0 … ", kMaxWorkers, ", found ", settings.workers);
  LSK3D_CHECK(settings.prefetch >= 0, UsageError, "prefetch: expected at least 0 batches, found ",
              settings.prefetch);
  parse_normals_mode(settings.normals);
  check(settings.augmentation);
  state_ = std::make_unique<State>(std::move(dataset), settings);
}

Loader::~Loader() {
  {
    std::lock_guard lock(state_->mutex);
    state_->quit = true;
  }
  state_->wake.notify_all();
  for (auto& thread : state_->threads) thread.join();
}

std::int64_t Loader::batches_per_epoch() const { return state_->batches(); }

void Loader::start_epoch(std::int64_t epoch, std::int64_t first_batch) {
  LSK3D_CHECK(epoch >= 0 && first_batch >= 0, UsageError,
              "epoch and batch: expected at least 0, found ", epoch, " and ", first_batch);
  State& s = *state_;
  {
    std::lock_guard lock(s.mutex);
    s.epoch = std::make_shared<const State::Epoch>(s.epoch_of(epoch));
    s.ready.clear();
    s.next_start = s.next_give = first_batch;
    s.waited = 0;
    ++s.generation;
  }
  while (s.threads.size() < static_cast<std::size_t>(s.settings.workers))
    s.threads.emplace_back([&s] { s.work(); });
  s.wake.notify_all();
}

std::optional<Batch> Loader::next() {
  State& s = *state_;
  const auto begin = std::chrono::steady_clock::now();
  std::unique_lock lock(s.mutex);
  LSK3D_ASSERT(s.epoch != nullptr, "Loader::next() before start_epoch()");
  if (s.next_give >= s.batches()) return std::nullopt;
  State::Result result;
  if (s.settings.workers == 0) {
    lock.unlock();
    result = s.load(*s.epoch, s.next_give);
    lock.lock();
  } else {
    s.done.wait(lock, [&] { return s.ready.count(s.next_give) > 0; });
    const auto found = s.ready.find(s.next_give);
    result = std::move(found->second);
    s.ready.erase(found);
  }
  ++s.next_give;
  s.waited += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  lock.unlock();
  s.wake.notify_all();
  if (result.error) std::rethrow_exception(result.error);
  return std::move(result.batch);
}

BadScans& Loader::bad_scans() { return state_->bad; }

double Loader::wait_seconds() const {
  std::lock_guard lock(state_->mutex);
  return state_->waited;
}

}  // namespace lsk3d
