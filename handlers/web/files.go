package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
)

type (
	// files are the attachments of one mail. They come from its mailbox, and
	// are requested when they become visible.
	files struct {
		Path    string // where they are listed
		Listed  bool   // the mailbox has answered
		Quiet   bool   // no attachments are expected: Outlook does not count pictures inside a body, shown or not
		Items   []wire.AttachmentObject
		Zip     string // path of all of them in one, of several
		Problem *Problem
		Outlook string // where the mail opens in Outlook
	}
)

// isPDF tells whether the browser's own viewer shows it.
func isPDF(f wire.AttachmentObject) bool { return strings.HasSuffix(f.View, "/pdf") }

// length is the approximate size of a file of so many bytes, in common units.
func length(size int64) string {
	switch {
	case size <= 0:
		return ""
	case size < 1000:
		return "1 kB"
	case size < 1_000_000:
		return strconv.FormatInt((size+500)/1000, 10) + " kB"
	}
	return strconv.FormatInt((size+500_000)/1_000_000, 10) + " MB"
}

// filesAt are attachments that are requested from a path when they become
// visible; expected tells whether Outlook counts any.
func filesAt(path string, expected bool) *files {
	if !expected {
		path = withQuery(path, "quiet", "1")
	}
	return &files{Path: path, Quiet: !expected}
}

// files lists the attachments of a mail. A request for a part is answered at
// once.
func (v *request) files(mail string) (*files, error) {
	f := &files{Path: v.r.URL.RequestURI(), Listed: true, Quiet: v.r.URL.Query().Has("quiet"),
		Outlook: "/web/mails/" + url.PathEscape(mail) + "/outlook"}
	var err error
	if f.Items, _, err = page[wire.AttachmentObject](v, "/api/mails/"+url.PathEscape(mail)+"/attachments"); err != nil &&
		!errors.As(err, &f.Problem) {
		return nil, err
	}
	saved := 0
	for _, at := range f.Items {
		if at.Content != "" {
			saved++
		}
	}
	if saved > 1 {
		f.Zip = "/api/mails/" + url.PathEscape(mail) + "/attachments.zip"
	}
	if !isPart(v.r) {
		return f, nil
	}
	v.w.Header().Set("HX-Push-Url", "false")
	return f, v.part("mails", "files", f)
}

// mailFiles shows the attachments of a mail: alone, or without script with the
// mail.
func (s *site) mailFiles(v *request) error {
	f, err := v.files(v.r.PathValue("mail"))
	if err != nil || isPart(v.r) {
		return err
	}
	return v.showMail(http.StatusOK, func(open *openMail) error {
		open.Files = f
		return nil
	})
}

func (s *site) outlook(v *request) error {
	var to struct {
		WebLink string `json:"webLink"`
	}
	if err := v.api.get("/api/mails/"+url.PathEscape(v.r.PathValue("mail"))+"/outlook", &to); err != nil {
		return err
	}
	http.Redirect(v.w, v.r, to.WebLink, http.StatusFound)
	return nil
}
