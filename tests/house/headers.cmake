# SPDX-License-Identifier: MIT
# Compiles every public header alone, and all of them together in both orders: whoever includes one
# needs no other, and no two say different things of one name.
# cmake -DCOMPILER=c++ -DINCLUDE=dir -DWORK=dir -P headers.cmake
file(GLOB_RECURSE headers RELATIVE ${INCLUDE} ${INCLUDE}/lsk3d/*.h)
list(LENGTH headers count)
if(count LESS 50)
  message(FATAL_ERROR "expected the public headers under ${INCLUDE}, found ${count}")
endif()
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(all)
set(sources)
foreach(header IN LISTS headers)
  string(REPLACE "/" "_" name ${header})
  file(WRITE ${WORK}/${name}.cpp "#include \"${header}\"\n#include \"${header}\"\n")
  list(APPEND sources ${WORK}/${name}.cpp)
  string(APPEND all "#include \"${header}\"\n")
endforeach()
file(WRITE ${WORK}/all.cpp "${all}")
list(REVERSE headers)
set(reversed)
foreach(header IN LISTS headers)
  string(APPEND reversed "#include \"${header}\"\n")
endforeach()
file(WRITE ${WORK}/all_reversed.cpp "${reversed}")
list(APPEND sources ${WORK}/all.cpp ${WORK}/all_reversed.cpp)

execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -Wall -Wextra -Werror -I${INCLUDE} ${sources}
  RESULT_VARIABLE failed ERROR_VARIABLE said)
if(NOT failed EQUAL 0)
  message(FATAL_ERROR "${said}")
endif()
message(STATUS "${count} public headers compile alone and together")
