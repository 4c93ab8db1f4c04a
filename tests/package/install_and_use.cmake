# SPDX-License-Identifier: MIT
# cmake -D build_dir=… -D work_dir=… -D consumer_dir=… -P install_and_use.cmake
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGV}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${work_dir}/prefix ${work_dir}/consumer)
run(${CMAKE_COMMAND} --install ${build_dir} --prefix ${work_dir}/prefix)
if(sanitize)
  set(flags "${flags} -fsanitize=${sanitize}")
endif()
run(${CMAKE_COMMAND} -S ${consumer_dir} -B ${work_dir}/consumer -G ${generator}
  -D CMAKE_BUILD_TYPE=Release -D CMAKE_PREFIX_PATH=${work_dir}/prefix
  -D CMAKE_CXX_COMPILER=${cxx} -D "CMAKE_CXX_FLAGS=${flags}")
run(${CMAKE_COMMAND} --build ${work_dir}/consumer)
run(${work_dir}/consumer/consumer)
string(STRIP "${output}" output)
if(NOT output STREQUAL "voxels 3, pairs 7, classes 20")
  message(FATAL_ERROR "the consumer printed: ${output}")
endif()
