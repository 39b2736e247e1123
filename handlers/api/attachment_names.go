package api

import (
	"net/url"
	"strings"
	"unicode"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/words"
)

// shownType is the content type of the response: the type of a picture, which
// browsers never read as something else, or a type without meaning for all
// other files.
func shownType(contentType string) string {
	media, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch media = strings.TrimSpace(media); media {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return media
	case "image/jpg", "image/pjpeg": // some programs use these names
		return "image/jpeg"
	case "image/x-png":
		return "image/png"
	}
	return "application/octet-stream"
}

// maxFileName is the longest file name, in runes.
const maxFileName = 120

// fileName makes the name of an attachment a valid file name: without
// folders, and without characters that hide its extension.
func fileName(at mail.Attachment) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r): // controls, and direction marks, which can make .exe look like another extension
			return -1
		}
		return r
	}, strings.ToValidUTF8(at.Name, ""))
	name = strings.TrimRight(strings.TrimLeft(name, " ._"), " .")
	if runes := []rune(name); len(runes) > maxFileName {
		end := ""
		if dot := strings.LastIndexByte(name, '.'); dot >= 0 && len(name)-dot <= 10 {
			end = name[dot:]
		}
		name = strings.TrimRight(string(runes[:maxFileName-len([]rune(end))]), " .") + end
	}
	if name == "" {
		name = "bijlage"
	}
	if at.Kind == mail.AttachedItem && !strings.HasSuffix(strings.ToLower(name), ".eml") {
		name += ".eml"
	}
	return name
}

// disposition is the header Content-Disposition: "attachment" or "inline",
// with the file name in both forms.
// https://www.rfc-editor.org/rfc/rfc6266#section-4.3
func disposition(how, name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
			return '_'
		}
		return r
	}, name)
	return how + `; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

// dangerWarning is shown beside a dangerous attachment.
var dangerWarning = words.Text{
	NL: "Bestanden van dit soort kunnen uw computer besmetten. Open dit alleen als u zeker weet dat de afzender het u stuurt.",
	EN: "Files of this kind can infect your computer. Open this only when you are sure that the sender means you to have it.",
}

// dangerousEnds are file extensions that a computer runs, or opens as a page,
// a disk or a link to another place: those that Outlook blocks, Office files
// with macros, pages, disk images, packages of other systems.
// https://support.microsoft.com/office/blocked-attachments-in-outlook-434752e1-02d3-4e90-9124-8b81e49a8519
var dangerousEnds = set("ade adp apk app appcontent-ms application appref-ms appx appxbundle asp aspx asx bas bash bat bgi bin cab chm " +
	"cmd cnt com command cpl csh deb desktop diagcab dll dmg " +
	"docm dotm exe fxp gadget grp hlp hpj hta htc htm html img inf ins iqy iso isp its jar jnlp js jse ksh library-ms lnk mad maf mag mam " +
	"maq mar mas mat mau mav maw mcf mda mdb mde mdt mdw mdz mht mhtml mjs " +
	"msc msh msh1 msh1xml msh2 msh2xml mshxml msi msix msixbundle msp mst msu one onepkg ops osd pcd pif pkg pl plg potm ppam ppsm pptm " +
	"prf prg printerexport ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 psm1 pst " +
	"py pyc pyo pyw pyz pyzw rdp reg rpm scf scpt scr sct search-ms searchconnector-ms settingcontent-ms sh shb shs shtm shtml sldm slk " +
	"svg svgz swf sys theme themepack udl url vb vbe vbp vbs vhd vhdx vsmacros " +
	"vsw wasm webloc webpnp website workflow ws wsb wsc wsf wsh xbap xht xhtml xlam xll xlsb xlsm xltm xnk xsl")

// dangerousTypes are content types that are dangerous with any file name.
var dangerousTypes = set("text/html application/xhtml+xml image/svg+xml text/javascript application/javascript " +
	"application/x-javascript application/ecmascript text/vbscript application/hta " +
	"application/x-msdownload application/x-msdos-program application/vnd.microsoft.portable-executable application/x-dosexec " +
	"application/x-ms-shortcut application/x-ms-installer application/x-msi application/java-archive " +
	"application/x-iso9660-image application/x-cd-image application/x-sh application/x-bat application/x-powershell " +
	"application/vnd.android.package-archive application/onenote " +
	"application/vnd.ms-word.document.macroenabled.12 application/vnd.ms-excel.sheet.macroenabled.12 " +
	"application/vnd.ms-powerpoint.presentation.macroenabled.12")

// isDangerous tells whether to warn about an attachment: because of its
// extension when saved, its type, or direction marks in its name.
func isDangerous(at mail.Attachment) bool {
	if at.Kind == mail.AttachedLink {
		return false
	}
	name := strings.ToLower(fileName(at))
	end := name[strings.LastIndexByte(name, '.')+1:]
	media, _, _ := strings.Cut(strings.ToLower(at.ContentType), ";")
	return end != name && dangerousEnds[strings.TrimSpace(end)] || at.Kind == mail.AttachedFile && dangerousTypes[strings.TrimSpace(media)] ||
		strings.ContainsFunc(at.Name, func(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 })
}
