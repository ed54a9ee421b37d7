@echo off
rem Connects J: with the share that holds this machine's folder. Fetched by WinPE while the host is armed.
{{^share.published}}
echo pxed: nobody publishes the share: [smb] mode = managed or external on the server
exit /b 1
{{/share.published}}
{{#share.published}}
{{^share.user}}
{{^share.guest}}
echo pxed: there is no account for {{host.name}}, and guests are not allowed: [smb] guest, user
exit /b 1
{{/share.guest}}
{{#share.guest}}
rem WinPE 10 and later refuse guests, the newest also what is not signed, which no guest's session is.
reg add HKLM\SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters /v AllowInsecureGuestAuth /t REG_DWORD /d 1 /f >nul 2>nul
reg add HKLM\SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters /v RequireSecuritySignature /t REG_DWORD /d 0 /f >nul 2>nul
{{/share.guest}}
{{/share.user}}
set PXED_TRY=0
:again
net use J: "{{share.unc}}" {{#share.user}}"{{share.password}}" "/user:{{share.user}}"{{/share.user}}{{^share.user}}pxed /user:pxed{{/share.user}} /persistent:no
if "%ERRORLEVEL%"=="0" exit /b 0
rem the network comes up late
set /a PXED_TRY=PXED_TRY+1
if "%PXED_TRY%"=="10" goto unreachable
ping -n 4 127.0.0.1 >nul
goto again
:unreachable
echo pxed: "{{share.unc}}" cannot be reached
ipconfig
exit /b 1
{{/share.published}}
