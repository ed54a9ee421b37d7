# Answer files, checks of hosts, and facts of WIMs. The Python tests ask through one program, os-windows-answers.
pxed_test(os-windows-rules-test SOURCES tests/test_rules.c LIBS os-windows-tables)
if(PXED_TESTS)
    add_executable(os-windows-answers tests/answers_driver.c answers.c judge.c facts.c image.c wim_read.c wim_text.c)
    set_target_properties(os-windows-answers PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_include_directories(os-windows-answers PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(os-windows-answers PRIVATE pxed-warnings os-windows-tables pxed-base PkgConfig::JANSSON
        PkgConfig::LIBXML2)
    foreach(_test answers judge wim)
        add_test(NAME os-windows-${_test} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tests/${_test}.py
            $<TARGET_FILE:os-windows-answers> ${CMAKE_CURRENT_SOURCE_DIR}/templates)
        set_tests_properties(os-windows-${_test} PROPERTIES TIMEOUT 120 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
    endforeach()
    add_test(NAME os-windows-ntfs COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tests/ntfs.sh
        $<TARGET_FILE:os-windows-answers> ${CMAKE_CURRENT_SOURCE_DIR}/templates)
    set_tests_properties(os-windows-ntfs PROPERTIES TIMEOUT 120)
endif()
