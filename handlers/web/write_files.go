package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
)

// value is the attachment as one field of the form.
func value(a wire.ReplyFile) string { return a.ID + " " + strconv.FormatInt(a.Size, 10) + " " + a.Name }

func attachedIn(values []string) []wire.ReplyFile {
	var all []wire.ReplyFile
	for _, value := range values {
		id, rest, _ := strings.Cut(value, " ")
		size, name, _ := strings.Cut(rest, " ")
		n, _ := strconv.ParseInt(size, 10, 64)
		if id != "" {
			all = append(all, wire.ReplyFile{ID: id, Name: name, Size: n})
		}
	}
	return all
}

func uploads(all []wire.ReplyFile) []string {
	ids := []string{}
	for _, a := range all {
		ids = append(ids, a.ID)
	}
	return ids
}

// fileSources are the attachments of the mails of a chat, to add to a reply.
type fileSources struct {
	Mails []fileSource
	Chats []wire.ChatObject // of the same client, whose attachments can be listed too
}

type fileSource struct {
	Mail  message
	Files []wire.AttachmentObject
	Gone  bool // the mailbox did not answer
}

// maxFiles is the largest size of a form with files, in bytes: it is sent without
// script. A script sends each file by itself.
const maxFiles = 40 << 20

// maxSources is how many mails with attachments are listed: each asks its mailbox.
const maxSources = 10

// changeFiles adds or removes an attachment. By script only the list of files is
// shown anew.
func (v *request) changeFiles(w written, do, what string) error {
	p, err := anyProblem(v.changeAttachments(&w, do, what))
	if err != nil {
		return err
	}
	more := func(open *openChat) error {
		open.Composer.FileRefused = p
		if do == "sources" || do == "take" {
			return v.sources(open, do, what)
		}
		return nil
	}
	if !isPart(v.r) {
		return v.showWriting(http.StatusOK, func(open *openChat) error { return errors.Join(v.recompose(open, w), more(open)) })
	}
	open, err := v.openChat()
	if err == nil {
		err = v.thread("", open)
	}
	if err != nil {
		return err
	}
	if err := more(open); err != nil {
		return err
	}
	open.Composer.written = w
	v.w.Header().Set("HX-Retarget", "#compose-files")
	v.w.Header().Set("HX-Reswap", "outerHTML")
	return v.part("chats", "compose-files", &open.Composer)
}

// changeAttachments adds or removes an attachment of what is written.
func (v *request) changeAttachments(w *written, do, what string) (err error) {
	switch do {
	case "attach":
		w.Attachments, err = v.attachFiles(w.Attachments)
	case "take":
		mail, n, _ := strings.Cut(what, " ")
		attachment, _ := strconv.Atoi(n) // the API refuses what is no number of an attachment
		var a wire.ReplyFile
		if err = v.api.post("/api/uploads", map[string]any{"mail": mail, "attachment": attachment}, &a); err == nil {
			w.Attachments = append(w.Attachments, a)
		}
	case "drop":
		w.Attachments = slices.DeleteFunc(w.Attachments, func(a wire.ReplyFile) bool { return a.ID == what })
	}
	return err
}

// attachFiles uploads the files of a form that was sent without script.
func (v *request) attachFiles(to []wire.ReplyFile) ([]wire.ReplyFile, error) {
	if v.r.MultipartForm == nil {
		return to, nil
	}
	for _, h := range v.r.MultipartForm.File["file"] {
		f, err := h.Open()
		if err != nil {
			return to, err
		}
		kind := h.Header.Get("Content-Type")
		if kind == "" {
			kind = mime.TypeByExtension(path.Ext(h.Filename))
		}
		var a wire.ReplyFile
		_, err = v.api.send(http.MethodPost, "/api/uploads?name="+url.QueryEscape(path.Base(h.Filename)), "", kind, f, &a)
		f.Close()
		if err != nil {
			return to, err
		}
		to = append(to, a)
	}
	return to, nil
}

// sources lists the attachments of the mails of a chat: of this one, or of another
// one of the same client.
func (v *request) sources(open *openChat, do, other string) error {
	found, thread := &fileSources{}, open.Thread
	if do == "sources" && other != "" {
		thread = some[message](v, "/api/chats/"+url.PathEscape(other)+"/messages?limit=50")
		slices.Reverse(thread)
	}
	for _, m := range slices.Backward(thread) {
		if m.Mail == "" || !m.HasAttachments || len(found.Mails) == maxSources {
			continue
		}
		files, _, err := page[wire.AttachmentObject](v, "/api/mails/"+url.PathEscape(m.Mail)+"/attachments")
		p, err := anyProblem(err)
		if err != nil {
			return err
		}
		found.Mails = append(found.Mails, fileSource{m, files, p != nil})
	}
	chats := some[wire.ChatObject](v, "/api/chats?limit=20&client="+url.QueryEscape(open.Client))
	found.Chats = slices.DeleteFunc(chats, func(c wire.ChatObject) bool { return c.ID == open.ID || c.ID == other })
	open.Composer.Sources = found
	return nil
}
