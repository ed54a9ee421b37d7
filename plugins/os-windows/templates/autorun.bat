@echo off
{{^arm.open}}
echo pxed: {{host.name}} {{host.mac}} is not armed: nothing is installed, no disk is touched.
echo pxed: on the server: pxed arm {{host.name}}
exit /b 1
{{/arm.open}}
{{#arm.open}}
rem {{host.name}} {{host.mac}}: {{os.id}}. Made for one installation; WinPE calls it in the host's folder of the share.
rem Exit code 0: restart into the new system. 2: the disk guard refused, nothing was written. 1: any other failure.
rem No blocks, no delayed expansion, exit codes compared as text: a program that crashed has a negative one.
setlocal
set ERRORLEVEL=
set PXED_LOG=
set "PXED_HERE=%~dp0"
set "PXED_SHARE=%~dp0.."
set "PXED_TMP=%SystemDrive%\pxed"
set "PXED_EVENT={{{event.url}}}"
set "PXED_EXE=%SystemRoot%\System32\pxed.exe"
if exist "%~dp0pxed-%PROCESSOR_ARCHITECTURE%.exe" set "PXED_EXE=%~dp0pxed-%PROCESSOR_ARCHITECTURE%.exe"
echo.
echo pxed: {{host.name}} {{host.mac}}: {{os.id}}
if not exist "%PXED_EXE%" goto no_helper
if not exist "%PXED_TMP%" md "%PXED_TMP%"
"%PXED_EXE%" event "%PXED_EVENT%" winpe

rem --- the firmware that started this WinPE is the one that will start the disk
set PXED_REASON=FIRMWARE_UNKNOWN
set PXED_FIRMWARE=
>"%PXED_TMP%\firmware.txt" "%PXED_EXE%" firmware
set /p PXED_FIRMWARE=<"%PXED_TMP%\firmware.txt"
if "%PXED_FIRMWARE%"=="efi" goto firmware_efi
if not "%PXED_FIRMWARE%"=="bios" goto fail
set PXED_PARTITIONS=diskpart.txt
goto firmware_known
:firmware_efi
set PXED_PARTITIONS=diskpart-efi.txt
{{^os.uefi}}
set PXED_REASON=FIRMWARE_EFI
goto fail
{{/os.uefi}}
:firmware_known
{{#host.win-setup}}
rem the answer file names the partition by its number, which the layouts do not share
set PXED_REASON=FIRMWARE_CHANGED
if not "%PXED_FIRMWARE%"=="{{#machine.efi}}efi{{/machine.efi}}{{^machine.efi}}bios{{/machine.efi}}" goto fail
{{/host.win-setup}}

rem --- what is installed: found before anything is written
set PXED_REASON=MISSING_IMAGE
set "PXED_LOG=%PXED_TMP%\missing.txt"
set "PXED_MEDIA=%PXED_SHARE%\.media\{{os.id}}"
{{#host.win-missing}}
>"%PXED_LOG%" echo missing for {{os.id}}: "{{host.win-missing}}"
goto fail
{{/host.win-missing}}
{{#host.win-setup}}
>"%PXED_LOG%" echo missing: "%PXED_MEDIA%\setup.exe"
if not exist "%PXED_MEDIA%\setup.exe" goto fail
{{/host.win-setup}}
{{^host.win-setup}}
rem linked into the host's folder, or in the tree of an installation ISO
set "PXED_SOURCE=%PXED_HERE%"
if not exist "%PXED_SOURCE%{{image.file}}" set "PXED_SOURCE=%PXED_MEDIA%\sources\"
>"%PXED_LOG%" echo missing: "{{image.file}}" in "%PXED_HERE%" or "%PXED_SOURCE%"
if "{{image.file}}"=="" goto fail
if not exist "%PXED_SOURCE%{{image.file}}" goto fail
{{/host.win-setup}}
set PXED_LOG=
set PXED_REASON=ANSWER_FAILED
{{#os.nt5}}
if not exist "%PXED_HERE%sysprep.inf" goto fail
{{/os.nt5}}
{{#os.nt6}}
if not exist "%PXED_HERE%unattend.xml" goto fail
{{/os.nt6}}
{{#host.drivers}}
set PXED_REASON=DRIVERS_FAILED
set "PXED_DRIVERS=%PXED_SHARE%\drivers\{{host.drivers}}"
if not exist "%PXED_DRIVERS%\*.*" goto fail
{{/host.drivers}}

{{> disk-guard}}

rem --- partitions: W: for Windows, S: for the system partition; letters that no card reader has
set PXED_REASON=LETTER_TAKEN
if exist W:\nul goto fail
if exist S:\nul goto fail
set PXED_REASON=DISKPART_FAILED
if not exist "%PXED_HERE%%PXED_PARTITIONS%" goto fail
>"%PXED_TMP%\diskpart.txt" echo select disk %PXED_DISK%
type "%PXED_HERE%%PXED_PARTITIONS%" >>"%PXED_TMP%\diskpart.txt"
echo pxed: partitions for %PXED_FIRMWARE%
set "PXED_LOG=%PXED_TMP%\diskpart.log"
diskpart /s "%PXED_TMP%\diskpart.txt" >"%PXED_TMP%\diskpart.log" 2>&1
if not "%ERRORLEVEL%"=="0" goto fail
rem an old diskpart ends with 0 whatever happened
>W:\pxed.tmp echo pxed
if not exist W:\pxed.tmp goto fail
del W:\pxed.tmp

{{#host.win-setup}}
rem --- setup.exe from the full media; its restart is ours
set PXED_REASON=ANSWER_FAILED
set "PXED_LOG=%PXED_TMP%\fill.log"
"%PXED_EXE%" fill "%PXED_HERE%unattend.xml" "%PXED_TMP%\unattend.xml" %PXED_DISK% >"%PXED_TMP%\fill.log"
if not "%ERRORLEVEL%"=="0" goto fail
echo pxed: Windows Setup: this takes minutes
set PXED_REASON=SETUP_FAILED
set "PXED_LOG=%SystemRoot%\Panther\setuperr.log"
"%PXED_MEDIA%\setup.exe" "/unattend:%PXED_TMP%\unattend.xml" /noreboot
if not "%ERRORLEVEL%"=="0" goto fail
if not exist W:\Windows goto fail
{{/host.win-setup}}
{{^host.win-setup}}
rem --- the image
set PXED_REASON=APPLY_FAILED
set "PXED_LOG=%PXED_TMP%\apply.log"
echo pxed: the image goes to the disk: this takes minutes
{{#os.imagex}}
call :find imagex.exe
if not "%PXED_TOOL%"=="" goto imagex
{{/os.imagex}}
rem dism knows /Apply-Image from WinPE 4 on
call :find dism.exe
if "%PXED_TOOL%"=="" goto no_dism
"%PXED_TOOL%" /Apply-Image /? >nul 2>&1
if "%ERRORLEVEL%"=="0" goto dism
:no_dism
call :find wimlib-imagex.exe
if not "%PXED_TOOL%"=="" goto wimlib
call :find imagex.exe
if not "%PXED_TOOL%"=="" goto imagex
>"%PXED_LOG%" echo no imagex.exe, wimlib-imagex.exe or dism.exe of WinPE 4: put one into the folder tools of the share
goto fail
:imagex
"%PXED_TOOL%" /apply "%PXED_SOURCE%{{image.file}}" {{host.win-index}} W:{{#image.swm}} /ref "%PXED_SOURCE%{{image.swm}}"{{/image.swm}} >"%PXED_LOG%" 2>&1
if not "%ERRORLEVEL%"=="0" goto fail
goto image_done
:wimlib
"%PXED_TOOL%" apply "%PXED_SOURCE%{{image.file}}" {{host.win-index}} W:\{{#image.swm}} "--ref=%PXED_SOURCE%{{image.swm}}"{{/image.swm}} >"%PXED_LOG%" 2>&1
if not "%ERRORLEVEL%"=="0" goto fail
goto image_done
:dism
"%PXED_TOOL%" /Apply-Image "/ImageFile:%PXED_SOURCE%{{image.file}}" /Index:{{host.win-index}} /ApplyDir:W:\{{#image.swm}} "/SWMFile:%PXED_SOURCE%{{image.swm}}"{{/image.swm}} >"%PXED_LOG%" 2>&1
if not "%ERRORLEVEL%"=="0" goto fail
:image_done
{{/host.win-setup}}

{{#host.drivers}}
rem --- drivers of this model
set PXED_REASON=DRIVERS_FAILED
set "PXED_LOG=%PXED_TMP%\drivers.log"
echo pxed: drivers
{{#os.nt5}}
xcopy "%PXED_DRIVERS%" W:\drivers /e /i /y /q /h >"%PXED_LOG%" 2>&1
{{/os.nt5}}
{{#os.nt6}}
dism /Image:W:\ /Add-Driver "/Driver:%PXED_DRIVERS%" /Recurse{{#os.x86}} /ForceUnsigned{{/os.x86}} >"%PXED_LOG%" 2>&1
{{/os.nt6}}
if not "%ERRORLEVEL%"=="0" goto fail
{{/host.drivers}}

rem --- the machine's own settings, and who reports that they were taken
set PXED_REASON=ANSWER_FAILED
set "PXED_LOG=%PXED_TMP%\answer.log"
{{#os.nt5}}
set PXED_SCRIPTS=W:\pxed
{{/os.nt5}}
{{#os.nt6}}
set PXED_SCRIPTS=W:\Windows\Setup\Scripts
{{/os.nt6}}
if not exist %PXED_SCRIPTS% md %PXED_SCRIPTS%
{{#os.nt5}}
if not exist W:\sysprep md W:\sysprep
copy /y "%PXED_HERE%sysprep.inf" W:\sysprep\sysprep.inf >"%PXED_LOG%" 2>&1
if not "%ERRORLEVEL%"=="0" goto fail
rem mini-setup runs these at its end, before it deletes C:\sysprep
if not exist "W:\sysprep\i386\$oem$" md "W:\sysprep\i386\$oem$"
copy /y "%PXED_HERE%cmdlines.txt" "W:\sysprep\i386\$oem$\cmdlines.txt" >"%PXED_LOG%" 2>&1
if not "%ERRORLEVEL%"=="0" goto fail
copy /y "%PXED_HERE%firstboot.cmd" W:\pxed\firstboot.cmd >"%PXED_LOG%" 2>&1
if not "%ERRORLEVEL%"=="0" goto fail
{{/os.nt5}}
{{#os.nt6}}
{{^host.win-setup}}
rem Windows looks into Panther\Unattend first
if exist W:\Windows\Panther\Unattend\unattend.xml del /f /q W:\Windows\Panther\Unattend\unattend.xml
if not exist W:\Windows\Panther md W:\Windows\Panther
copy /y "%PXED_HERE%unattend.xml" W:\Windows\Panther\unattend.xml >"%PXED_LOG%" 2>&1
if not "%ERRORLEVEL%"=="0" goto fail
{{/host.win-setup}}
if exist %PXED_SCRIPTS%\SetupComplete.cmd move /y %PXED_SCRIPTS%\SetupComplete.cmd %PXED_SCRIPTS%\SetupComplete-image.cmd >"%PXED_LOG%" 2>&1
copy /y "%PXED_HERE%SetupComplete.cmd" %PXED_SCRIPTS%\SetupComplete.cmd >"%PXED_LOG%" 2>&1
if not "%ERRORLEVEL%"=="0" goto fail
{{/os.nt6}}
rem without it the system is as good, only nobody hears of it
copy /y "%PXED_HERE%pxed-{{#os.amd64}}amd64{{/os.amd64}}{{#os.x86}}x86{{/os.x86}}{{#os.arm64}}arm64{{/os.arm64}}.exe" %PXED_SCRIPTS%\pxed.exe >nul 2>&1

{{^host.win-setup}}
rem --- the boot record
set PXED_REASON=BOOT_RECORD_FAILED
set "PXED_LOG=%PXED_TMP%\boot.log"
{{#os.nt5}}
>"%PXED_LOG%" echo the image has no ntldr and boot.ini in its root, or bootsect.exe is neither in tools nor in WinPE
if not exist W:\ntldr goto fail
if not exist W:\boot.ini goto fail
call :find bootsect.exe
if "%PXED_TOOL%"=="" goto fail
"%PXED_TOOL%" /nt52 W: /force /mbr >"%PXED_LOG%" 2>&1
{{/os.nt5}}
{{#os.nt6}}
>"%PXED_LOG%" echo bcdboot.exe is neither in the folder tools of the share nor in WinPE, which has it from 3 on
call :find bcdboot.exe
if "%PXED_TOOL%"=="" goto fail
{{! Before WinPE 4 bcdboot has no /f; it takes the firmware it runs on. }}
if "%PXED_FIRMWARE%"=="efi" "%PXED_TOOL%" W:\Windows /s S:{{#os.nt62plus}} /f UEFI{{/os.nt62plus}} >"%PXED_LOG%" 2>&1
if "%PXED_FIRMWARE%"=="bios" "%PXED_TOOL%" W:\Windows /s W:{{#os.nt62plus}} /f BIOS{{/os.nt62plus}} >"%PXED_LOG%" 2>&1
{{/os.nt6}}
if not "%ERRORLEVEL%"=="0" goto fail
{{/host.win-setup}}

rem --- from here on the machine boots its disk
"%PXED_EXE%" event "%PXED_EVENT%" applied
echo pxed: {{host.name}} is on disk %PXED_DISK%
exit /b 0

:find
rem %1 from the share's tools, for this CPU or for all, else from PATH
set PXED_TOOL=
for %%i in (%1) do set "PXED_TOOL=%%~$PATH:i"
if exist "%PXED_SHARE%\tools\%1" set "PXED_TOOL=%PXED_SHARE%\tools\%1"
if exist "%PXED_SHARE%\tools\%PROCESSOR_ARCHITECTURE%\%1" set "PXED_TOOL=%PXED_SHARE%\tools\%PROCESSOR_ARCHITECTURE%\%1"
goto :eof

:report
echo.
if not exist "%PXED_LOG%" set PXED_LOG=
if not "%PXED_LOG%"=="" type "%PXED_LOG%"
echo.
echo pxed: {{host.name}} stopped: %PXED_REASON%
set PXED_TOLD=
if "%PXED_LOG%"=="" "%PXED_EXE%" event "%PXED_EVENT%" failed %PXED_REASON%
if not "%PXED_LOG%"=="" "%PXED_EXE%" event "%PXED_EVENT%" failed %PXED_REASON% "%PXED_LOG%"
if "%ERRORLEVEL%"=="0" set PXED_TOLD=yes
goto :eof

:fail
call :report
exit /b 1

:refused
call :report
echo pxed: nothing was written
rem The server knows, so the next start is from the disk. Otherwise this screen is all there is to see.
if "%PXED_TOLD%"=="" exit /b 2
echo pxed: the machine starts from its disk in 30 seconds
ping -n 31 127.0.0.1 >nul
wpeutil reboot
exit /b 2

:no_helper
echo pxed: no helper program for %PROCESSOR_ARCHITECTURE% in "%PXED_HERE%"
echo pxed: without it no disk is touched and nothing can be reported
exit /b 1
{{/arm.open}}
