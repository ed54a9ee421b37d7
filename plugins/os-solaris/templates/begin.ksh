# Solaris 10: what jumpstart/begin fetches and runs in ksh. Chooses the disk and writes the profile that JumpStart then follows.
{{> report}}
{{> disk-guard}}
{
    echo "install_type initial_install"
    echo "cluster {{host.cluster|word}}"
{{#host.packages-list}}
    echo "package {{.|word}} add"
{{/host.packages-list}}
    echo "fdisk $PXED_DISK solaris all"
    case '{{host.root-fs|shell}}' in
    ufs)
        echo "system_type standalone"
        echo "usedisk $PXED_DISK"
        echo "partitioning default"
        echo "root_device ${PXED_DISK}s0" ;;
    *)
        echo "pool rpool auto auto auto ${PXED_DISK}s0"
        echo "bootenv installbe bename s10" ;;
    esac
} >"$SI_PROFILE" || pxed_fail ANSWER_BROKEN
pxed_event installing
pxed_event disk
