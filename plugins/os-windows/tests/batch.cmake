# The batch files under wine. The tool that renders them is the core itself.
if(PXED_TESTS AND NOT PXED_STATIC_PLUGINS)
    add_executable(os-windows-render tests/render_host.c ${CMAKE_SOURCE_DIR}/tests/support/site.c
        ${CMAKE_SOURCE_DIR}/tests/support/tree.c)
    set_target_properties(os-windows-render PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_include_directories(os-windows-render PRIVATE ${CMAKE_SOURCE_DIR}/tests/support)
    target_link_libraries(os-windows-render PRIVATE pxed-warnings pxed-cli)
    add_dependencies(os-windows-render plugin-os-windows)
    foreach(_test batch batch-start)
        add_test(NAME os-windows-${_test} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tests/${_test}.sh ${CMAKE_BINARY_DIR}
            ${PXED_MINGW_AMD64})
        set_tests_properties(os-windows-${_test} PROPERTIES TIMEOUT 600)
    endforeach()
endif()
