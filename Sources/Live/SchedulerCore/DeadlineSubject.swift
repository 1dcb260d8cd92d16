/// What the core looks at when its time has come; who is looked at too early is left alone.
enum DeadlineSubject: Hashable {
    case pod(uid: String)
    case node(name: String)
    case answer(ActionNumber)
    case round
    case flush
}
