@echo off
rem WinPE's start file, made by pxed-winpe --classic: a guest of {{&share.unc}}, no helper program.
rem A failure leaves the prompt: WinPE restarts when this window is closed.
set ERRORLEVEL=
set PXED_MAC=
set PXED_TRY=0
{{> load-drivers}}
wpeinit
rem WinPE 10 and later refuse guests, the newest also what is not signed, which no guest's session is.
reg add HKLM\SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters /v AllowInsecureGuestAuth /t REG_DWORD /d 1 /f >nul 2>nul
reg add HKLM\SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters /v RequireSecuritySignature /t REG_DWORD /d 0 /f >nul 2>nul
rem The network comes up late.
:mount
set /a PXED_TRY=PXED_TRY+1
if not exist J:\nul net use J: "{{&share.unc}}" pxed /user:pxed /persistent:no
if exist J:\nul goto mounted
if "%PXED_TRY%"=="20" goto unreachable
ping -n 4 127.0.0.1 >nul
goto mount
:mounted
rem Every value that ipconfig prints is tried as the name of a folder: its words differ by language, a MAC does not.
for /F "tokens=2 delims=:" %%i in ('ipconfig /all') do call :card %%i
if "%PXED_MAC%"=="" goto unknown
echo pxed: this machine is %PXED_MAC%
J:
cd \%PXED_MAC%
call "J:\%PXED_MAC%\autorun.bat"
if not "%ERRORLEVEL%"=="0" goto failed
wpeutil reboot
exit /b 0
:card
if not "%PXED_MAC%"=="" goto :eof
if "%~1"=="" goto :eof
if exist "J:\%~1\autorun.bat" set "PXED_MAC=%~1"
goto :eof
:unreachable
echo.
echo pxed: {{&share.unc}} cannot be reached as a guest
ipconfig
echo pxed: no address: a driver is missing (pxed-winpe --drivers), or the cable
echo pxed: an address: does the share allow guests? ([smb] guest = yes)
exit /b 1
:unknown
echo.
echo pxed: {{&share.unc}} has no folder with an autorun.bat for a network card of this machine:
ipconfig /all
exit /b 1
:failed
echo.
echo pxed: autorun.bat failed. On the server: pxed why %PXED_MAC%
exit /b 1
