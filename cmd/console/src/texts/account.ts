export const t = {
	title: '我的账号',
	who: { account: '账号', name: '姓名', roles: '角色', delegated: '代审的角色', unit: '单位', organ: '机关', expires: '本次登录到' },
	password: { title: '修改密码', old: '现在的密码', fresh: '新密码', again: '再输一次新密码', help: '至少 8 个字符，不能是常见密码', differ: '两次输入的新密码不一致', submit: '修改密码', done: '密码已修改，其他登录已失效', others: '修改后，其他地方的登录随即失效。' },
	totp: {
		title: '动态口令', on: (since: string) => `已启用（${since} 起）`, off: '未启用', help: '登录时除密码外，还要输入手机验证器上每 30 秒变一次的六位数字。',
		enable: '启用动态口令', password: '现在的密码', start: '下一步', scan: '用手机验证器扫描，或者手工输入密钥：', secret: '密钥', qr: '动态口令二维码', confirm: '输入验证器上的六位数字', submit: '确认启用',
		enabled: '动态口令已启用', remove: '停用动态口令', removed: '动态口令已停用', code: '六位数字', lost: '手机丢失时，请系统管理员重设。',
	},
	sessions: { title: '登录在哪些地方', at: '登录时间', seen: '最近使用', until: '有效至', from: '来自', agent: '程序', current: '本次', end: '退出', all: '全部退出', allHelp: '包括这里；之后要重新登录。', ended: '已退出' },
};
