package api

import (
	"net/url"
	"strings"
	"unicode"

	"kantoorpost/shared/mail"
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
