package sim

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A journal is a file of records, one JSON line each, that only grows. Raw mails and
// attachments have lines of their own and are written once, even if several
// mailboxes hold them or a message changes.
type journal struct {
	file  *os.File
	end   int64           // end of the last complete line
	blobs map[string]bool // hashes of the blobs in the file
}

// openJournal replays the journal at path, newest state last, and returns it open
// for writing. It drops an incomplete last line.
func openJournal(path string, apply func(*record)) (*journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("folder of journal %s: %w", path, err)
	}
	// It holds client secrets and mail, so only its owner can read it.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &journal{file: file, blobs: map[string]bool{}}
	if err := j.replay(apply); err != nil {
		return nil, errors.Join(fmt.Errorf("replay journal %s: %w", path, err), file.Close())
	}
	return j, nil
}

func (j *journal) replay(apply func(*record)) error {
	contents := map[string][]byte{}
	lines := bufio.NewReaderSize(j.file, 1<<20)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break // the rest has no end of line, so it was cut off
		}
		if err != nil {
			return err
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		j.end += int64(len(line))
		if r.Blob != nil {
			contents[r.Blob.Hash] = r.Blob.Data
			j.blobs[r.Blob.Hash] = true
			continue
		}
		for _, s := range []*stored{r.Put, r.Outside} {
			if s == nil {
				continue
			}
			if err := s.unpack(contents); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
		apply(&r)
	}
	if err := j.file.Truncate(j.end); err != nil {
		return err
	}
	_, err := j.file.Seek(j.end, io.SeekStart)
	return err
}

// append writes records in one go. If it fails, the journal is as before.
func (j *journal) append(records []record) error {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	var added []string
	keep := func(data []byte) (string, error) {
		if len(data) == 0 {
			return "", nil
		}
		s := sha256.Sum256(data)
		hash := base64.RawURLEncoding.EncodeToString(s[:])
		if j.blobs[hash] {
			return hash, nil
		}
		j.blobs[hash] = true
		added = append(added, hash)
		return hash, enc.Encode(record{Blob: &blob{Hash: hash, Data: data}})
	}
	write := func() error {
		for i := range records {
			for _, s := range []*stored{records[i].Put, records[i].Outside} {
				if s == nil {
					continue
				}
				if err := s.pack(keep); err != nil {
					return err
				}
			}
			if err := enc.Encode(&records[i]); err != nil {
				return err
			}
		}
		_, err := j.file.Write(out.Bytes())
		return err
	}
	if err := write(); err != nil {
		for _, hash := range added {
			delete(j.blobs, hash)
		}
		_, seek := j.file.Seek(j.end, io.SeekStart)
		return errors.Join(fmt.Errorf("write journal: %w", err), j.file.Truncate(j.end), seek)
	}
	j.end += int64(out.Len())
	return nil
}

func (j *journal) close() error { return j.file.Close() }

// pack fills the fields that the journal writes; keep stores a content and returns
// its hash.
func (s *stored) pack(keep func([]byte) (string, error)) (err error) {
	m := s.message
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return fmt.Errorf("encode message %s: %w", m.ID, err)
	}
	s.Message = text.Bytes()
	if s.MIME, err = keep(m.MIME); err != nil {
		return err
	}
	s.Attachments = nil
	for _, a := range m.Attachments {
		p := storedAttachment{Attachment: a}
		if p.Blob, err = keep(a.Content); err != nil {
			return err
		}
		p.Content = nil
		s.Attachments = append(s.Attachments, p)
	}
	s.InReplyTo, s.References, s.Number = m.InReplyTo, m.References, m.number
	s.Extended, s.Class = m.Extended, m.Class
	return nil
}

// unpack restores the message from the fields that the journal wrote.
func (s *stored) unpack(contents map[string][]byte) error {
	m := &Message{}
	if err := json.Unmarshal(s.Message, m); err != nil {
		return fmt.Errorf("decode message: %w", err)
	}
	s.Message = nil
	m.MIME, m.InReplyTo, m.References, m.number = contents[s.MIME], s.InReplyTo, s.References, s.Number
	m.Extended, m.Class = s.Extended, s.Class
	for _, p := range s.Attachments {
		p.Content = contents[p.Blob]
		m.Attachments = append(m.Attachments, p.Attachment)
	}
	s.message = m
	return nil
}
