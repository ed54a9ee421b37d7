@echo off
rem {{host.name}} {{host.mac}}: put into WinPE by wimboot, for this start only.
rem A failure leaves the prompt: WinPE restarts when this window is closed.
set ERRORLEVEL=
set "PXED_EVENT={{{event.url}}}"
set "PXED_FOLDER=J:\{{share.folder}}"
set "PXED_EXE=%SystemRoot%\System32\pxed-%PROCESSOR_ARCHITECTURE%.exe"
if not exist "%PXED_EXE%" set "PXED_EXE=%SystemRoot%\System32\pxed.exe"
rem drivers from the image's folder inject: before wpeinit, which starts the network with what is there
for %%i in (%SystemRoot%\System32\*.inf) do drvload "%%i"
wpeinit
echo.
echo pxed: {{host.name}} {{host.mac}}: {{os.id}}
if not exist "%PXED_EXE%" goto no_helper
set PXED_REASON=NET_FAILED
"%PXED_EXE%" get "{{{file.net_cmd}}}" "%SystemDrive%\net.cmd"
if not "%ERRORLEVEL%"=="0" goto failed
set PXED_REASON=SHARE_UNREACHABLE
call "%SystemDrive%\net.cmd"
if not "%ERRORLEVEL%"=="0" goto failed
set PXED_REASON=SHARE_INCOMPLETE
if not exist "%PXED_FOLDER%\autorun.bat" goto failed
set PXED_REASON=
call "%PXED_FOLDER%\autorun.bat"
if not "%ERRORLEVEL%"=="0" goto told
wpeutil reboot
exit /b 0
:failed
echo.
echo pxed: {{host.name}} stopped: %PXED_REASON%
"%PXED_EXE%" event "%PXED_EVENT%" failed %PXED_REASON%
:told
echo.
echo pxed: on the server: pxed why {{host.name}}
exit /b 1
:no_helper
echo pxed: no helper program for %PROCESSOR_ARCHITECTURE% in "%SystemRoot%\System32"
exit /b 1
