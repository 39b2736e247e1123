package sim

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
)

// Graph's ids are opaque, case-sensitive and long, and contain characters that must
// be escaped in a path. Ours do too. They are derived from the mailbox and the
// number of the change that made the item.
//
// https://learn.microsoft.com/graph/outlook-immutable-id
const (
	immutablePrefix = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A"
	mutablePrefix   = "AAMkAGUwNjA5"
	folderPrefix    = "AQMkADAwATM3"
	itemBytes       = 26 // 35 characters and a "=" in base64
	itemChars       = 36
	folderBytes     = 6
	folderChars     = 8
)

func sum(parts ...string) [32]byte {
	return sha256.Sum256([]byte(strings.Join(parts, "\x00")))
}

// guidOf derives a GUID, which is always the same for the same parts.
func guidOf(parts ...string) string {
	s := sum(parts...)
	return formatGUID([16]byte(s[:16]))
}

// newGUID returns a random GUID.
func newGUID() string {
	var b [16]byte
	rand.Read(b[:])
	return formatGUID(b)
}

func formatGUID(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// immutableID returns the id of an item that does not change when it moves.
func immutableID(mailbox string, number uint64) string {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], number)
	s := sum("item", mailbox, string(n[:]))
	return immutablePrefix + base64.URLEncoding.EncodeToString(s[:itemBytes])
}

// mutableID returns the other form of an immutable id. It is valid while the item
// stays in the folder.
func mutableID(immutable, folderID string) string {
	return mutablePrefix + folderMark(folderID) + strings.TrimPrefix(immutable, immutablePrefix)
}

// immutableOf returns the immutable id of either form, and the mark of the folder in
// a mutable id ("" for an immutable id).
func immutableOf(id string) (immutable, mark string) {
	if rest, ok := strings.CutPrefix(id, mutablePrefix); ok && len(rest) == folderChars+itemChars {
		return immutablePrefix + rest[folderChars:], rest[:folderChars]
	}
	return id, ""
}

func folderMark(folderID string) string {
	s := sum("mark", folderID)
	return base64.URLEncoding.EncodeToString(s[:folderBytes])
}

func folderID(mailbox, name string) string {
	s := sum("folder", mailbox, name)
	return folderPrefix + base64.URLEncoding.EncodeToString(s[:itemBytes])
}

// conversationID makes the id of a conversation in a mailbox. Exchange has another
// id for the same thread in each mailbox.
func conversationID(mailbox, thread string) string {
	s := sum("conversation", mailbox, thread)
	return "AAQkAGUwNjA5" + base64.URLEncoding.EncodeToString(s[:itemBytes])
}

func changeKey(number uint64) string {
	var b [19]byte
	copy(b[:], "CQAAABYAAA")
	binary.BigEndian.PutUint64(b[11:], number)
	return base64.StdEncoding.EncodeToString(b[:])
}

const attachmentMark = "AAABEgAQA"

// attachmentID returns the part of an attachment's id after that of its message.
func attachmentID(n int) string {
	s := sum("attachment", fmt.Sprint(n))
	return base64.URLEncoding.EncodeToString(s[:16])
}
