@echo off
rem Mini-setup runs it as SYSTEM at its end: cmdlines.txt.
set "PXED_EVENT={{{event.url}}}"
{{> done}}
