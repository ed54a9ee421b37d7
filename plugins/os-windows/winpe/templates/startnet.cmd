@echo off
rem WinPE's start file, made by pxed-winpe: it asks {{server.url}} which share this machine may use.
rem A failure leaves the prompt: WinPE restarts when this window is closed.
set ERRORLEVEL=
set "PXED_SERVER={{server.url}}"
set "PXED_EXE=%SystemRoot%\System32\pxed.exe"
set PXED_MAC=
set PXED_TRY=0
{{> load-drivers}}
wpeinit
echo.
echo pxed: looking for this machine's network card at %PXED_SERVER%
rem The network comes up late, and with several cards only one may lead to the server.
set PXED_WAIT=10
:ask
set /a PXED_TRY=PXED_TRY+1
for /F %%i in ('%PXED_EXE% mac') do call :card %%i
if not "%PXED_MAC%"=="" goto known
if "%PXED_TRY%"=="10" goto unknown
ping -n 4 127.0.0.1 >nul
goto ask
:card
if not "%PXED_MAC%"=="" goto :eof
"%PXED_EXE%" get "%PXED_SERVER%/boot/hosts/%1/net.cmd" "%SystemDrive%\net.cmd"
if "%ERRORLEVEL%"=="0" set PXED_MAC=%1
goto :eof
:known
set PXED_WAIT=
echo pxed: this machine is %PXED_MAC%
set PXED_REASON=SHARE_UNREACHABLE
call "%SystemDrive%\net.cmd"
if not "%ERRORLEVEL%"=="0" goto failed
set PXED_REASON=SHARE_INCOMPLETE
if not exist "J:\%PXED_MAC%\autorun.bat" goto failed
J:
cd \%PXED_MAC%
call "J:\%PXED_MAC%\autorun.bat"
rem it reported its failure itself
if not "%ERRORLEVEL%"=="0" goto told
wpeutil reboot
exit /b 0
:failed
echo.
echo pxed: %PXED_MAC% stopped: %PXED_REASON%
"%PXED_EXE%" event "%PXED_SERVER%/boot/event?mac=%PXED_MAC%" failed %PXED_REASON%
:told
echo.
echo pxed: on the server: pxed why %PXED_MAC%
exit /b 1
:unknown
echo.
echo pxed: %PXED_SERVER% has nothing for this machine. Its network cards are:
"%PXED_EXE%" mac
ipconfig
echo pxed: no address: a driver is missing (pxed-winpe --drivers), or the cable
echo pxed: an address: on the server: pxed machines, pxed why; the machine must be armed
exit /b 1
