// SPDX-License-Identifier: MIT
#include "device/blas.h"

#include <cublasLt.h>
#include <dlfcn.h>

#include <atomic>

#include "device/memory.h"
#include "lsk3d/core/check.h"

namespace lsk3d::cuda {
namespace {

/// The functions of the library; all null where it is not there.
struct Library {
  decltype(&cublasLtCreate) create = nullptr;
  decltype(&cublasLtGetStatusString) status_string = nullptr;
  decltype(&cublasLtMatmulDescCreate) operation_create = nullptr;
  decltype(&cublasLtMatmulDescDestroy) operation_destroy = nullptr;
  decltype(&cublasLtMatmulDescSetAttribute) operation_set = nullptr;
  decltype(&cublasLtMatrixLayoutCreate) layout_create = nullptr;
  decltype(&cublasLtMatrixLayoutDestroy) layout_destroy = nullptr;
  decltype(&cublasLtMatmulPreferenceCreate) preference_create = nullptr;
  decltype(&cublasLtMatmulPreferenceDestroy) preference_destroy = nullptr;
  decltype(&cublasLtMatmulPreferenceSetAttribute) preference_set = nullptr;
  decltype(&cublasLtMatmulAlgoGetHeuristic) choose = nullptr;
  decltype(&cublasLtMatmul) multiply = nullptr;
  bool complete = true;

  Library() {
    void* handle = dlopen(blas_library().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle)  // where the toolkit puts it, which the loader need not know
      handle = dlopen(("/usr/local/cuda/lib64/" + blas_library()).c_str(), RTLD_NOW | RTLD_LOCAL);
    const auto find = [&](auto& function, const char* name) {
      if (handle)
        function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(handle, name));
      complete = complete && function;
    };
    find(create, "cublasLtCreate");
    find(status_string, "cublasLtGetStatusString");
    find(operation_create, "cublasLtMatmulDescCreate");
    find(operation_destroy, "cublasLtMatmulDescDestroy");
    find(operation_set, "cublasLtMatmulDescSetAttribute");
    find(layout_create, "cublasLtMatrixLayoutCreate");
    find(layout_destroy, "cublasLtMatrixLayoutDestroy");
    find(preference_create, "cublasLtMatmulPreferenceCreate");
    find(preference_destroy, "cublasLtMatmulPreferenceDestroy");
    find(preference_set, "cublasLtMatmulPreferenceSetAttribute");
    find(choose, "cublasLtMatmulAlgoGetHeuristic");
    find(multiply, "cublasLtMatmul");
  }
};

const Library& library() {
  static const Library one;
  return one;
}

void check_blas(cublasStatus_t status, const char* doing) {
  LSK3D_CHECK(status == CUBLAS_STATUS_SUCCESS, DeviceError, "GPU: ", doing,
              " by cuBLASLt failed: ", library().status_string(status),
              "; check that driver and library fit each other, or use --device cpu");
}

cublasLtHandle_t handle() {  // of the thread, as the stream is
  thread_local const cublasLtHandle_t one = [] {
    cublasLtHandle_t fresh;
    check_blas(library().create(&fresh), "starting");
    return fresh;
  }();
  return one;
}

constexpr std::size_t kWorkspace = std::size_t{32} << 20;

/// Owns one of the library's objects.
template <typename T>
using Owned = std::unique_ptr<std::remove_pointer_t<T>, cublasStatus_t (*)(T)>;

}  // namespace

std::string blas_library() { return str_cat("libcublasLt.so.", CUBLAS_VER_MAJOR); }
bool has_blas() { return library().complete; }

namespace {
std::atomic<bool> blas_is_wanted = true;
}
bool uses_blas() { return blas_is_wanted && has_blas(); }
void set_uses_blas(bool wanted) { blas_is_wanted = wanted; }

/// In the library's words matrices lie column by column: it is given outᵀ = bᵀ · aᵀ.
struct BlasProduct::Plan {
  Owned<cublasLtMatmulDesc_t> operation{nullptr, library().operation_destroy};
  Owned<cublasLtMatrixLayout_t> a{nullptr, library().layout_destroy};
  Owned<cublasLtMatrixLayout_t> b{nullptr, library().layout_destroy};
  Owned<cublasLtMatrixLayout_t> out{nullptr, library().layout_destroy};
  cublasLtMatmulHeuristicResult_t chosen{};
  DType dtype;

  template <typename T>
  void set(cublasLtMatmulDescAttributes_t attribute, T value) {
    check_blas(library().operation_set(operation.get(), attribute, &value, sizeof value),
               "describing a product");
  }
};

BlasProduct::BlasProduct(const BlasShape& s) {
  LSK3D_CHECK(has_blas(), DeviceError, "cuBLASLt: expected ", blas_library(),
              " where libraries are looked for, found none; install the CUDA toolkit, or set "
              "LD_LIBRARY_PATH");
  LSK3D_ASSERT(s.m > 0 && s.n > 0 && s.k > 0, s.m, " x ", s.n, " x ", s.k);
  plan_ = std::make_unique<Plan>();
  plan_->dtype = s.dtype;
  const bool f64 = s.dtype == DType::f64;
  const cudaDataType_t out = f64 ? CUDA_R_64F : CUDA_R_32F;
  const cudaDataType_t operands = s.dtype == DType::bf16 ? CUDA_R_16BF : out;
  const auto layout = [&](auto& owned, cudaDataType_t type, std::int64_t rows,
                          std::int64_t columns) {
    cublasLtMatrixLayout_t fresh;
    check_blas(library().layout_create(&fresh, type, static_cast<std::uint64_t>(columns),
                                       static_cast<std::uint64_t>(rows), columns),
               "describing a matrix");
    owned.reset(fresh);
  };
  layout(plan_->a, operands, s.a_transposed ? s.k : s.m, s.a_transposed ? s.m : s.k);
  layout(plan_->b, operands, s.b_transposed ? s.n : s.k, s.b_transposed ? s.k : s.n);
  layout(plan_->out, out, s.m, s.n);
  cublasLtMatmulDesc_t operation;
  check_blas(
      library().operation_create(&operation, f64 ? CUBLAS_COMPUTE_64F : CUBLAS_COMPUTE_32F, out),
      "describing a product");
  plan_->operation.reset(operation);
  plan_->set(CUBLASLT_MATMUL_DESC_TRANSA, s.b_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
  plan_->set(CUBLASLT_MATMUL_DESC_TRANSB, s.a_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
  if (s.bias) plan_->set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);

  cublasLtMatmulPreference_t fresh;
  check_blas(library().preference_create(&fresh), "choosing a product");
  const Owned<cublasLtMatmulPreference_t> preference(fresh, library().preference_destroy);
  const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, auto value) {
    check_blas(library().preference_set(preference.get(), attribute, &value, sizeof value),
               "choosing a product");
  };
  prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kWorkspace);
  prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
         std::uint32_t{CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE});
  for (const auto matrix :
       {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES})
    prefer(matrix, static_cast<std::uint32_t>(s.alignment));
  int found = 0;
  check_blas(library().choose(handle(), operation, plan_->b.get(), plan_->a.get(), plan_->out.get(),
                              plan_->out.get(), preference.get(), 1, &plan_->chosen, &found),
             "choosing a product");
  LSK3D_CHECK(found > 0, DeviceError, "cuBLASLt: expected a way to multiply ", s.m, " x ", s.k,
              " by ", s.k, " x ", s.n, " of ", to_string(s.dtype),
              ", found none; use --device cpu");
}

BlasProduct::~BlasProduct() = default;
BlasProduct::BlasProduct(BlasProduct&&) noexcept = default;

void BlasProduct::run(const void* a, const void* b, const void* bias, void* out) const {
  if (bias) plan_->set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
  const Buffer<std::uint8_t> workspace(static_cast<std::int64_t>(plan_->chosen.workspaceSize));
  const double one = 1, zero = 0;
  const float one_f32 = 1, zero_f32 = 0;
  const bool f64 = plan_->dtype == DType::f64;
  check_blas(library().multiply(
                 handle(), plan_->operation.get(), f64 ? static_cast<const void*>(&one) : &one_f32,
                 b, plan_->b.get(), a, plan_->a.get(),
                 f64 ? static_cast<const void*>(&zero) : &zero_f32, out, plan_->out.get(), out,
                 plan_->out.get(), &plan_->chosen.algo, const_cast<std::uint8_t*>(workspace.data()),
                 plan_->chosen.workspaceSize, current_stream()),
             "multiplying");
}

}  // namespace lsk3d::cuda
