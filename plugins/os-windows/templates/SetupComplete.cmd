@echo off
rem Windows Setup runs it as SYSTEM when it is done, before anybody logs on.
set "PXED_EVENT={{{event.url}}}"
if exist "%~dp0SetupComplete-image.cmd" call "%~dp0SetupComplete-image.cmd"
{{> done}}
