#!/usr/bin/ksh93
# Solaris 11: a derived manifest script. Chooses the disk, brings the configuration profile, writes the manifest. The automated
# installer runs it as the user aiuser, who may read all files and change none.
{{> report}}
{{> disk-guard}}
PXED_PROFILES=${SI_CONFIG_PROFILE_DIR:-/system/volatile/profile}
pxed_http '{{file.profile_xml|shell}}' "$PXED_TMP/pxed-profile.xml" || pxed_fail ANSWER_UNREADABLE
rm -f "$PXED_PROFILES"/enable_sci.xml
cat "$PXED_TMP/pxed-profile.xml" >"$PXED_PROFILES/pxed.xml" || pxed_fail ANSWER_UNREADABLE
pxed_http '{{#host.repo}}{{host.repo|shell}}{{/host.repo}}{{^host.repo}}http://pkg.oracle.com/solaris/release{{/host.repo}}/versions/0/' \
    "$PXED_TMP/pxed-answer" || pxed_fail REPO_UNREACHABLE
cat >"$PXED_TMP/pxed-manifest.xml" <<'PXED_END_OF_MANIFEST'
<!DOCTYPE auto_install SYSTEM "file:///usr/share/install/ai.dtd.1">
<auto_install>
  <ai_instance name="default" auto_reboot="true"{{#host.proxy}} http_proxy="{{host.proxy|xml}}"{{/host.proxy}}>
    <target>
      <disk whole_disk="true" in_zpool="rpool">
        <disk_name name="PXED_DISK" name_type="ctd"/>
      </disk>
      <logical>
        <zpool name="rpool" is_root="true">
          <filesystem name="export" mountpoint="/export"/>
          <filesystem name="export/home"/>
          <be name="solaris"/>
        </zpool>
      </logical>
    </target>
    <software type="IPS">
      <source>
        <publisher name="solaris">
          <origin name="{{#host.repo}}{{host.repo|xml}}{{/host.repo}}{{^host.repo}}http://pkg.oracle.com/solaris/release{{/host.repo}}"/>
        </publisher>
      </source>
      <software_data action="install">
        <name>pkg:/entire@latest</name>
        <name>{{host.package-group|xml}}</name>
{{#host.packages-list}}
        <name>{{.|xml}}</name>
{{/host.packages-list}}
      </software_data>
    </software>
  </ai_instance>
</auto_install>
PXED_END_OF_MANIFEST
sed "s/\"PXED_DISK\"/\"$PXED_DISK\"/" "$PXED_TMP/pxed-manifest.xml" >"$PXED_TMP/pxed-manifest" || pxed_fail ANSWER_BROKEN
aimanifest load "$PXED_TMP/pxed-manifest" || pxed_fail ANSWER_BROKEN
pxed_event installing
pxed_event disk
# The installer runs nothing of ours at its end, and restarts at once: its log is watched from here.
PXED_LOG=${PXED_LOG:-/system/volatile/install_log}
while [ -f "$PXED_LOG" ] && sleep 1; do
    case $(sed -n '/Automated Installation [SsFf][ua]/p' "$PXED_LOG" | sed -n 1p) in
    *ucceeded*) pxed_event installed && break ;;
    *ailed*) pxed_event failed INSTALL_FAILED "$PXED_LOG" && break ;;
    esac
done </dev/null >/dev/null 2>&1 &
