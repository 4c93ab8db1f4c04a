// SPDX-License-Identifier: MIT
#pragma once
#include <gtest/gtest.h>

#include <string>

/// The statement throws ErrorType, and its message holds each of the given texts.
#define LSK3D_EXPECT_THROW(statement, ErrorType, ...)                  \
  do {                                                                 \
    bool thrown_ = false;                                              \
    try {                                                              \
      statement;                                                       \
    } catch (const ErrorType& e) {                                     \
      thrown_ = true;                                                  \
      for (const char* text : {__VA_ARGS__})                           \
        EXPECT_NE(std::string(e.what()).find(text), std::string::npos) \
            << "'" << e.what() << "' does not name '" << text << "'";  \
    }                                                                  \
    EXPECT_TRUE(thrown_) << #statement " did not throw " #ErrorType;   \
  } while (false)
